// A form that is on its way is not sent a second time.
addEventListener("submit", (event) => {
  const form = event.target;
  // What only asks may ask again: a file that is fetched leaves the page where it is.
  if (event.defaultPrevented || form.target || form.method === "get") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
// The browser may show this very page again, as it was when it was left.
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
});
