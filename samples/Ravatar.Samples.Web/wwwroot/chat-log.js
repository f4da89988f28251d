// The conversation as a list. Texts are set as text, never as HTML.

const list = document.getElementById("log");
const scroll = document.getElementById("scroll");
const thinking = document.getElementById("thinking");

const shown = new Set();
const questions = new Map();
let isAtEnd = true;

// Whoever reads the end stays there when a film gets its size or the window another one.
scroll.onscroll = () => { isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60; };
const sizes = new ResizeObserver(() => isAtEnd && toEnd());
sizes.observe(list);
sizes.observe(scroll);

const sounds = /\.(wav|mp3|m4a|aac|ogg|oga|opus|flac)$/i;

export function clear() {
  for (const media of list.querySelectorAll("audio, video")) {
    if (media.src.startsWith("blob:")) URL.revokeObjectURL(media.src);
  }
  list.replaceChildren();
  shown.clear();
  questions.clear();
  think();
}

/** Something the avatar or the user said. Shown once, whichever way it comes. */
export function say(message, { atTop = null } = {}) {
  if (message.id && shown.has(message.id)) return null;
  if (message.id) shown.add(message.id);
  const item = document.createElement("li");
  item.className = message.name ? "theirs" : "mine";
  const head = document.createElement("p");
  head.className = "head";
  head.textContent = message.name ?? "You";
  if (message.isRecovered) head.textContent += " (while the connection was lost)";
  if (message.date) head.append(" ", time(message.date));
  const text = document.createElement("p");
  text.className = "text";
  text.textContent = message.text;
  text.hidden = !message.text;
  item.append(head, text, ...media(message));
  atTop ? list.insertBefore(item, atTop) : append(item);
  return item;
}

/** A question of this page, on its way. */
export function ask(id, text, name) {
  questions.set(id, say({ text, date: new Date().toISOString() }));
  think(name);
}

/** It has been answered, or nothing came of it. */
export function settle(id, transcript) {
  const item = questions.get(id);
  questions.delete(id);
  if (item && transcript) item.querySelector(".text").textContent = transcript;
  think();
}

export function aside(text) {
  const item = document.createElement("li");
  item.className = "aside";
  item.textContent = text;
  append(item);
}

/** Puts older messages before all others, and leaves the view where it was. */
export function prepend(messages) {
  const fromBottom = scroll.scrollHeight - scroll.scrollTop;
  const first = list.firstElementChild;
  for (const message of messages) say(message, { atTop: first });
  if (first) scroll.scrollTop = scroll.scrollHeight - fromBottom;
  else toEnd();
}

function append(item) {
  list.append(item);
  if (isAtEnd || item.className === "mine") toEnd();
}

function think(name) {
  thinking.hidden = questions.size === 0;
  if (name) document.getElementById("thinking-name").textContent = name;
  if (!thinking.hidden) toEnd();
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  isAtEnd = true;
}

function time(date) {
  const element = document.createElement("time");
  const when = new Date(date);
  element.dateTime = when.toISOString();
  const today = when.toDateString() === new Date().toDateString();
  element.textContent = when.toLocaleString([], today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
  return element;
}

function media(message) {
  const players = [];
  const file = message.file ? URL.parse(message.file, location.href) : null;
  if (file) players.push(player(file.href, sounds.test(file.pathname)));
  if (message.audio) {
    const bytes = Uint8Array.from(atob(message.audio), c => c.charCodeAt(0));
    players.push(player(URL.createObjectURL(new Blob([bytes], { type: message.audioType ?? "" })), true));
  }
  return players;
}

function player(address, isSound) {
  // A video player plays sound too: it takes whatever has no telling name.
  const element = document.createElement(isSound ? "audio" : "video");
  element.controls = true;
  element.preload = "metadata";
  element.src = address;
  element.setAttribute("aria-label", isSound ? "Answer as audio" : "Answer as video");
  element.onerror = () => {
    const note = document.createElement("p");
    note.className = "unplayable";
    const link = document.createElement("a");
    link.href = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.textContent = "Open the file";
    note.append("This recording cannot be played here. ", link);
    element.replaceWith(note);
  };
  return element;
}
