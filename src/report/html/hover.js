(() => {
  let last = null;
  const light = (event) => {
    const near = event.target.closest("[data-agent]");
    const agent = near && near.getAttribute("data-agent");
    if (agent === last) return;
    last = agent;
    for (const it of document.querySelectorAll("[data-agent]"))
      it.classList.toggle("lit", agent !== null && it.getAttribute("data-agent") === agent);
  };
  document.addEventListener("mouseover", light);
  document.addEventListener("focusin", light);
})();
