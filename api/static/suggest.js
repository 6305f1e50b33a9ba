// Suggestions while typing; the page is whole without them.
const input = document.querySelector("input[list=suggestions]");
const list = document.getElementById("suggestions");
let waiting = 0;

async function suggest() {
  const typed = input.value.trim();
  if (typed.length < 2) {
    list.replaceChildren();
    return;
  }
  const lang = (navigator.language || "en").slice(0, 2).toLowerCase();
  const answer = await fetch(`/api/v1/suggest?limit=8&lang=${encodeURIComponent(lang)}&q=${encodeURIComponent(typed)}`);
  if (!answer.ok || input.value.trim() !== typed) return;
  const { items } = await answer.json();
  list.replaceChildren(...items.map(({ label, kind }) => {
    const option = document.createElement("option");
    option.value = label;
    option.label = kind;
    return option;
  }));
}

if (input && list) {
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => suggest().catch(() => list.replaceChildren()), 120);
  });
}
