// The corrections of a Dockerfile are there without a script; with one they can be copied.
function startDockerfile() {
  for (const diff of document.querySelectorAll("#dockerfile .diff")) {
    diff.before(copyButton("Copy", () => diff.textContent));
  }
}
