"use strict";
// Pan, zoom, search and details of a picture; no library, no network.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const svg = document.querySelector("main svg");
  const main = document.querySelector("main");
  const panel = document.querySelector("aside");
  const search = document.querySelector("input");
  const status = document.querySelector("output");
  const given = svg.viewBox.baseVal;
  const full = { x: given.x, y: given.y, w: given.width, h: given.height };
  // What is shown: the upper left corner, and the picture's pixels in one of the window's.
  let view;
  const boxes = new Map([...svg.querySelectorAll(".box")].map((box) => [box.dataset.name, box]));
  const arrows = [...svg.querySelectorAll("[data-arrow]")];

  const wide = () => main.clientWidth * view.scale;
  const high = () => main.clientHeight * view.scale;
  let fitted = false;
  function show() {
    fitted = false;
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${wide()} ${high()}`);
  }
  const middle = () => ({ x: view.x + wide() / 2, y: view.y + high() / 2 });
  const whole = () => Math.max(full.w / main.clientWidth, full.h / main.clientHeight);

  function zoom(factor, x, y) {
    const most = whole() * 2;
    const scale = Math.min(most, Math.max(120 / main.clientWidth, view.scale * factor));
    const f = scale / view.scale;
    view = { x: x - (x - view.x) * f, y: y - (y - view.y) * f, scale };
    show();
  }
  function fit() {
    view = { scale: whole() };
    view.x = full.x - (wide() - full.w) / 2;
    view.y = full.y - (high() - full.h) / 2;
    show();
    fitted = true;
  }
  function place(event) {
    const point = new DOMPoint(event.clientX, event.clientY);
    return point.matrixTransform(svg.getScreenCTM().inverse());
  }
  function centre(box) {
    const b = box.getBBox();
    view.scale = Math.min(view.scale, Math.max(700, b.width * 3) / main.clientWidth);
    view.x = b.x + b.width / 2 - wide() / 2;
    view.y = b.y + b.height / 2 - high() / 2;
    show();
  }
  // The panel may take the place where a box was: move the picture as little as shows it again.
  function reveal(box) {
    const b = box.getBBox(), edge = 12 * view.scale;
    const into = (from, size, low, room) =>
      Math.min(low - edge, Math.max(from, low + size + edge - room));
    view.x = into(view.x, b.width, b.x, wide());
    view.y = into(view.y, b.height, b.y, high());
    show();
  }

  main.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { x, y } = place(event);
    zoom(Math.exp(event.deltaY * 0.0015), x, y);
  }, { passive: false });

  let held = null;
  main.addEventListener("pointerdown", (event) => {
    if (event.button === 0) held = { x: event.clientX, y: event.clientY, view: { ...view }, far: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const dx = event.clientX - held.x, dy = event.clientY - held.y;
    if (!held.far && Math.hypot(dx, dy) < 4) return;
    held.far = true;
    main.classList.add("moving");
    view.x = held.view.x - dx * view.scale;
    view.y = held.view.y - dy * view.scale;
    show();
  });
  window.addEventListener("pointerup", () => {
    main.classList.remove("moving");
    setTimeout(() => { held = null; }, 0);
  });

  function element(tag, text, kind) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }
  function link(name) {
    const box = data.boxes[name];
    const made = element("a", box ? box.heading : name);
    if (box) {
      made.tabIndex = 0;
      made.addEventListener("click", () => choose(name, true));
      made.addEventListener("keydown", (event) => { if (event.key === "Enter") choose(name, true); });
    }
    return made;
  }
  function lines(title, found, end) {
    if (!found.length) return;
    panel.append(element("h3", title));
    const list = element("ul");
    for (const arrow of found) {
      for (const fact of arrow.facts) {
        const item = element("li");
        item.append(link(arrow[end]), document.createTextNode(": "), element("code", fact.text));
        item.append(element("span", fact.place, "place"));
        list.append(item);
      }
    }
    panel.append(list);
  }
  function choose(name, move) {
    const box = boxes.get(name);
    const about = data.boxes[name];
    const out = data.arrows.filter((arrow) => arrow.source === name);
    const into = data.arrows.filter((arrow) => arrow.target === name);
    const near = new Set([name, ...out.map((a) => a.target), ...into.map((a) => a.source)]);
    for (const [other, it] of boxes) {
      it.classList.toggle("near", near.has(other));
      it.classList.toggle("chosen", other === name);
    }
    for (const it of arrows) {
      const arrow = data.arrows[it.dataset.arrow];
      it.classList.toggle("near", arrow.source === name || arrow.target === name);
    }
    svg.classList.add("dim");
    panel.replaceChildren();
    const shut = element("button", "×", "shut");
    shut.setAttribute("aria-label", "close");
    shut.addEventListener("click", leave);
    panel.append(shut, element("h2", about.heading));
    const list = element("dl");
    for (const [what, text] of about.facts) list.append(element("dt", what), element("dd", text));
    panel.append(list);
    lines("refers to", out, "target");
    lines("used by", into, "source");
    panel.hidden = false;
    panel.scrollTop = 0;
    if (move) centre(box);
    else reveal(box);
  }
  function leave() {
    panel.hidden = true;
    show();
    svg.classList.remove("dim");
    for (const it of boxes.values()) it.classList.remove("chosen");
  }
  for (const [name, box] of boxes) {
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "button");
    box.addEventListener("click", (event) => {
      event.stopPropagation();
      if (!held || !held.far) choose(name, false);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(name, false); }
    });
  }
  main.addEventListener("click", () => { if (!held || !held.far) leave(); });

  let hits = [], turn = 0;
  function seek() {
    const words = search.value.trim().toLowerCase();
    hits = [];
    turn = 0;
    for (const [name, box] of boxes) {
      // What can be read in the picture, with the whole of a name or prompt that is cut there.
      const texts = [...box.querySelectorAll("text")].map((text) => text.textContent);
      const cut = data.boxes[name].facts.filter(([what]) => what === "prompt");
      texts.push(data.boxes[name].heading, ...cut.map(([, text]) => text));
      const hit = words !== "" && texts.some((text) => text.toLowerCase().includes(words));
      box.classList.toggle("hit", hit);
      if (hit) hits.push(name);
    }
    const first = hits.findIndex((name) => name.toLowerCase().includes(words));
    if (first > 0) hits.unshift(...hits.splice(first, 1));
    status.textContent = words === "" ? "" : `${hits.length} found`;
  }
  search.addEventListener("input", seek);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && hits.length) {
      choose(hits[turn % hits.length], true);
      status.textContent = `${(turn % hits.length) + 1} of ${hits.length}`;
      turn += 1;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { leave(); search.value = ""; seek(); }
    if (event.target === search) return;
    const { x, y } = middle();
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    if (event.key === "+") zoom(0.8, x, y);
    if (event.key === "-") zoom(1.25, x, y);
    if (event.key === "0") fit();
  });
  for (const button of document.querySelectorAll("header button")) {
    button.addEventListener("click", () => {
      const { x, y } = middle();
      if (button.dataset.zoom === "fit") fit();
      else zoom(button.dataset.zoom === "in" ? 0.8 : 1.25, x, y);
    });
  }
  fit();
  window.addEventListener("resize", () => { if (fitted) fit(); else show(); });
})();
