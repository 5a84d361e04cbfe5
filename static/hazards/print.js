// A page that is meant for paper.
document.getElementById("print")?.addEventListener("click", () => window.print());
