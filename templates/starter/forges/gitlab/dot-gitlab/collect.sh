#!/usr/bin/env bash
# Reviews of merged merge requests become evidence: signed with the collector's key, pushed to the default branch.
# COLLECTOR_KEY is the path of the private key (a variable of type "File"), COLLECTOR_TOKEN a project access token with
# read_api and write_repository whose bot may push to the default branch.
set -euo pipefail

if [ -z "${COLLECTOR_KEY:-}" ] || [ -z "${COLLECTOR_TOKEN:-}" ]; then
  echo "Nothing is collected: the environment collector has no COLLECTOR_KEY or no COLLECTOR_TOKEN yet."
  exit 0
fi
key=$(mktemp -d)/collector
trap 'rm -rf "$(dirname "$key")"' EXIT
(umask 077 && { cat "$COLLECTOR_KEY" && echo; } > "$key")
ssh-keygen -y -f "$key" > "$key.pub"

export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$CI_SERVER_URL/.extraheader"
GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'collector:%s' "$COLLECTOR_TOKEN" | base64 --wrap=0)"
export GIT_CONFIG_VALUE_0
repository=$CI_SERVER_URL/$CI_PROJECT_PATH.git
git fetch --quiet "$repository" "+refs/heads/$CI_DEFAULT_BRANCH:refs/remotes/collector/main" \
  '+refs/merge-requests/*/head:refs/remotes/merge-requests/*'
git checkout --quiet -B collected refs/remotes/collector/main
git config gpg.format ssh
git config user.signingkey "$key.pub"
git config user.name collector
git config user.email collector@localhost

status=0 # not 0 also if some reviews could not be recorded: the others are pushed all the same
GITLAB_TOKEN=$COLLECTOR_TOKEN /tmp/ecompm/bin/ecompm reviews pull --forge gitlab --repository "$CI_PROJECT_PATH" || status=$?

if [ "$(git rev-parse HEAD)" != "$(git rev-parse refs/remotes/collector/main)" ]; then
  git push --quiet "$repository" "HEAD:refs/heads/$CI_DEFAULT_BRANCH"
fi
exit "$status"
