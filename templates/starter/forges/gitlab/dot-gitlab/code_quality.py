"""Findings of `ecompm check --format json` as GitLab shows them beside the lines of a merge request (Code Quality)."""

import hashlib
import json
import sys

SEVERITY = {"error": "major", "warning": "minor", "info": "info"}

with open(sys.argv[1], encoding="utf-8") as stream:
    findings = json.load(stream)["findings"]
json.dump(
    [
        {
            "description": " ".join(filter(None, [item["message"], item["hint"]])),
            "check_name": item["code"],
            "fingerprint": hashlib.sha256(
                json.dumps([item["code"], item["path"], item["message"]]).encode()
            ).hexdigest(),
            "severity": SEVERITY[item["severity"]],
            "location": {"path": item["path"], "lines": {"begin": item["line"]}},
        }
        for item in findings
        if item["path"]
    ],
    sys.stdout,
)
