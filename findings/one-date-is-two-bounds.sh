#!/usr/bin/env bash
# The same date for pip's --uploaded-prior-to and uv's --exclude-newer: do both see the same files?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: yes: both are "files uploaded before", and a date is its first moment.
# Seen: of a file uploaded on 5 January at noon, with 2024-01-05 for both, pip sees nothing and uv installs it: for pip the
# date is its midnight, for uv the end of the day. With a time of day they agree. A lock that was made "as of" a date by the
# other tool lacks or has a day's releases.
. "$(dirname "$0")/common.sh"
export TZ=UTC
environment venv pip==26.3 uv==0.13.9
for version in 1.0 2.0; do wheel site/files demo "$version" py3-none-any; done
mkdir -p site/simple/demo
cat > site/simple/demo/index.json << 'JSON'
{"meta": {"api-version": "1.1"}, "name": "demo", "versions": ["1.0", "2.0"], "files": [
 {"filename": "demo-1.0-py3-none-any.whl", "url": "../../files/demo-1.0-py3-none-any.whl", "hashes": {}, "size": 1,
  "upload-time": "2024-01-01T12:00:00Z"},
 {"filename": "demo-2.0-py3-none-any.whl", "url": "../../files/demo-2.0-py3-none-any.whl", "hashes": {}, "size": 1,
  "upload-time": "2024-01-05T12:00:00Z"}]}
JSON
cat > serve.py << 'PYTHON'
import functools, http.server
class Handler(http.server.SimpleHTTPRequestHandler):
    index_pages = ("index.json",)
    extensions_map = {".json": "application/vnd.pypi.simple.v1+json", "": "application/octet-stream"}
    def translate_path(self, path):
        return super().translate_path(path + "index.json" if path.endswith("/") else path)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory="site"))
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
python3 serve.py > port 2> /dev/null &
server=$!
until [ -s port ]; do sleep 0.1; done
index="http://127.0.0.1:$(cat port)/simple/"
pip() { venv/bin/pip install --dry-run --index-url "$index" --uploaded-prior-to "$1" demo | tail -1; }
uv() { venv/bin/uv pip install --python venv --dry-run --index-url "$index" --exclude-newer "$1" demo 2>&1 | grep -o 'demo==.*'; }
expect 'Would install demo-1.0, demo==2.0' "$(pip 2024-01-05), $(uv 2024-01-05)"
expect 'Would install demo-2.0, demo==2.0' "$(pip 2024-01-06), $(uv 2024-01-06)"
for moment in 2024-01-05T12:00:00Z 2024-01-05T00:00:00Z; do
    expect 'Would install demo-1.0, demo==1.0' "$(pip "$moment"), $(uv "$moment")"
done
