// What a page of the reading site does without a kernel: folds what answers a question, and moves an explorer's frames.
"use strict";

// Open in the page as it is built, so that nothing is hidden where no script runs.
for (const part of document.querySelectorAll("main article details")) {
  part.open = false;
}

let foldedBeforePrint = [];
addEventListener("beforeprint", () => {
  foldedBeforePrint = [...document.querySelectorAll("main details:not([open])")];
  for (const part of foldedBeforePrint) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of foldedBeforePrint) part.open = false;
});

for (const [number, figure] of document.querySelectorAll("figure.strip").entries()) {
  const strip = JSON.parse(figure.querySelector("script").textContent);
  const picture = figure.querySelector("img");
  const caption = figure.querySelector("figcaption");
  const words = caption.querySelector("p");

  const label = document.createElement("label");
  label.textContent = strip.label;
  label.htmlFor = `strip-${number}`;
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", id: label.htmlFor, min: 0, max: strip.frames.length - 1, step: 1 });
  const value = document.createElement("span"); // the slider itself says it to a screen reader
  value.className = "value";
  value.setAttribute("aria-hidden", "true");
  const reset = document.createElement("button");
  reset.type = "button";
  reset.textContent = "reset";
  const controls = document.createElement("div");
  controls.append(label, slider, value, reset);
  caption.prepend(controls);
  words.setAttribute("role", "status");

  const show = (index) => {
    const frame = strip.frames[index];
    slider.value = index;
    slider.setAttribute("aria-valuetext", frame.value);
    value.textContent = frame.value;
    picture.src = `${strip.address}/${frame.picture}`;
    picture.alt = frame.description;
    words.textContent = frame.words;
  };
  slider.addEventListener("input", () => show(slider.valueAsNumber));
  reset.addEventListener("click", () => show(strip.default));
  // The other frames are fetched when somebody is about to move the control, not by everyone who reads the page.
  const fetchAll = () => {
    for (const frame of strip.frames) new Image().src = `${strip.address}/${frame.picture}`;
  };
  slider.addEventListener("focus", fetchAll, { once: true });
  slider.addEventListener("pointerenter", fetchAll, { once: true });
  show(strip.default);
}
