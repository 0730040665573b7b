// Runs before the page is drawn, so that it does not flash in the other colours.
(function () {
  "use strict";
  try {
    const kept = localStorage.getItem("theme");
    if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  } catch { /* no storage: the system's colours */ }
})();
