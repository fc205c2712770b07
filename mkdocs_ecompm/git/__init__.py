"""Commits, trees and blobs as git stores them: raw bytes, each checked against its id. Input and output only."""
