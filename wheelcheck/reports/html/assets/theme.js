// Dark or light: what the system prefers, until the reader says otherwise.
const KEPT = "wheelcheck-theme";

function startTheme(place) {
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem(KEPT);
  } catch { /* a page from disk may have no storage: nothing is kept then */ }
  const button = el("button", { type: "button", id: "theme" });
  const isDark = () => (chosen ? chosen === "dark" : prefersDark.matches);
  const show = () => {
    if (chosen) document.documentElement.dataset.theme = chosen;
    button.textContent = isDark() ? "☀ Light" : "☾ Dark";
  };
  button.addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEPT, chosen);
    } catch { /* as above */ }
    show();
  });
  prefersDark.addEventListener("change", show);
  show();
  place.append(button);
}
