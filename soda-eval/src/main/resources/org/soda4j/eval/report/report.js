
"use strict";
(() => {
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.append(tip);
  let cursor = null;

  const hide = () => {
    tip.hidden = true;
    if (cursor) cursor.remove();
    cursor = null;
  };

  const show = (lines, event) => {
    tip.replaceChildren(...lines.map(line => {
      const row = document.createElement("div");
      if (line.colour) {
        const chip = document.createElement("i");
        chip.className = line.colour;
        row.append(chip);
      }
      row.append(line.text);
      return row;
    }));
    tip.hidden = false;
    const right = event.clientX + 14 + tip.offsetWidth > innerWidth;
    const left = right ? event.clientX - 14 - tip.offsetWidth : event.clientX + 14;
    tip.style.left = Math.max(2, left) + "px";
    tip.style.top = Math.max(2, Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 4)) + "px";
  };

  const numbers = text => text.split(",").map(Number);

  const nearest = (xs, x) => {
    let best = 0;
    xs.forEach((value, i) => {
      if (Math.abs(value - x) < Math.abs(xs[best] - x)) best = i;
    });
    return best;
  };

  const chart = (svg, event) => {
    const box = svg.getBoundingClientRect();
    const from = Number(svg.dataset.x0), to = Number(svg.dataset.x1);
    const wanted = from + (event.clientX - box.left) / box.width * (to - from);
    const lines = [];
    let at = null;
    svg.querySelectorAll("path[data-y]").forEach(path => {
      const xs = numbers(path.dataset.x);
      const i = nearest(xs, wanted);
      if (at === null || Math.abs(xs[i] - wanted) < Math.abs(at - wanted)) at = xs[i];
      const value = path.dataset.y.split(",")[i] + (svg.dataset.unit || "");
      lines.push({ text: path.dataset.name + ": " + value, colour: path.classList[path.classList.length - 1] });
    });
    lines.unshift({ text: svg.dataset.label + " " + at.toLocaleString("en") });
    if (!cursor || cursor.parentNode !== svg) {
      hide();
      cursor = document.createElementNS(svg.namespaceURI, "path");
      cursor.setAttribute("class", "cursor");
      svg.append(cursor);
    }
    cursor.setAttribute("d", "M" + (at - from) / (to - from) * 1000 + " 0V1000");
    show(lines, event);
  };

  const only = (map, k) => map.querySelectorAll("g[data-k]").forEach(
    g => g.classList.toggle("dim", k !== null && g.dataset.k !== k));

  const point = event => {
    const target = event.target instanceof Element ? event.target : null;
    const svg = target && target.closest(".plot svg");
    const labelled = target && target.closest("[data-t]");
    const marked = target && target.closest(".marks [data-k]");
    document.querySelectorAll(".map").forEach(
      map => only(map, marked && map.contains(marked) ? marked.dataset.k : null));
    if (svg) {
      chart(svg, event);
    } else {
      hide();
      if (labelled) show([{ text: labelled.dataset.t }], event);
    }
  };
  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("pointerleave", hide);
  document.addEventListener("scroll", hide, true);

  const main = document.querySelector("main[data-refresh]");
  if (main) {
    const refresh = async () => {
      if (document.hidden || !tip.hidden) return;
      try {
        const answer = await fetch(location.pathname, { cache: "no-store" });
        if (!answer.ok) throw new Error(answer.statusText);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const open = [...main.querySelectorAll("details")].map(details => details.open);
        main.replaceChildren(...page.querySelector("main").childNodes);
        main.querySelectorAll("details").forEach((details, i) => { details.open = open[i] === true; });
        main.classList.remove("gone");
      } catch (e) {
        main.classList.add("gone");
      }
    };
    setInterval(refresh, 1000 * Number(main.dataset.refresh));
  }
})();
