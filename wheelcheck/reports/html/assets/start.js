// The answer as a few lines of plain text, to quote.
function quoted() {
  const reasons = [...document.querySelectorAll("#why > .reasons > li > p:first-child")];
  return [byId("headline"), ...reasons].map((node) => node.textContent.trim()).join("\n");
}

const tools = byId("tools");
tools.append(copyButton("Copy the answer", quoted));
startTheme(tools);
if (byId("controls")) startMatrix(byId("controls"));
startBuilds();
startDockerfile();
if (byId("controls")) startDetails();
