// The page: picks avatar and language, and passes on what the user and the app say to each other.

import { Connection } from "./connection.js";
import { LiveStage } from "./live-stage.js";
import { Voice } from "./voice.js";
import * as log from "./chat-log.js";
import * as notices from "./notices.js";

const HISTORY_STEP = 50;

const byId = id => document.getElementById(id);
const avatarSelect = byId("avatar");
const languageSelect = byId("language");
const earlier = byId("earlier");
const composer = byId("composer");
const text = byId("text");

const states = {
  Connecting: "Connecting…",
  Connected: "Connected",
  Reconnecting: "Connection lost. Reconnecting…",
  Recovering: "Connected. Catching up…",
  Closed: "Disconnected",
};

let avatars = [];
let avatar = null;
let historyShown = 0;
let historyIsNew = true;
let questions = 0;

const connection = new Connection({ opened, message, closed });
const stage = new LiveStage(act => connection.send({ type: `live.${act}` }));
const voice = new Voice({
  send: command => connection.send(command),
  sendAudio: frame => connection.sendAudio(frame),
  failed: notice => notices.show(notice, act),
});

const takes = {
  configuration,
  opened: () => { notices.clear(); enable(true); },
  history,
  answer: answer => log.say(answer),
  settled: ({ id, transcript }) => log.settle(id, transcript),
  aside: note => log.aside(note.text),
  state: ({ state }) => tell(state),
  voice: heard,
  live,
  error: failed,
};

function opened() {
  notices.clear("app");
  connection.send({ type: "start" });
}

function message(note) {
  takes[note.type]?.(note);
}

function closed() {
  tell("Closed");
  enable(false);
  stage.update({ step: "ended" });
  notices.show({ code: "app", title: "The connection to the app was lost",
    text: "It has stopped, too many pages are open, or cookies are blocked.", action: "reconnect" }, act);
}

function configuration(given) {
  avatars = given.avatars;
  fill(avatarSelect, avatars.map(a => [a.id, a.name]), avatarSelect.value || given.avatar);
  fill(languageSelect, given.languages.map(l => [l.code, l.name]), languageSelect.value || given.language);
  byId("fake").hidden = !given.isFake;
  voice.configure(given);
  if (avatars.length === 0) {
    notices.show({ code: "choice", title: "No avatar", text: "The project has no avatar to talk to.", action: "start" }, act);
    return;
  }
  open();
}

function open() {
  avatar = avatars.find(a => a.id === avatarSelect.value);
  enable(false);
  log.clear();
  historyShown = 0;
  historyIsNew = true;
  earlier.hidden = true;
  stage.present(avatar);
  tell("Connecting");
  connection.send({ type: "open", avatar: avatar.id, language: languageSelect.value });
}

function history({ messages, hasMore }) {
  log.prepend(messages);
  historyShown = messages.length;
  earlier.hidden = !hasMore;
  if (historyIsNew && avatar.greeting) log.say({ text: avatar.greeting, name: avatar.name });
  historyIsNew = false;
}

function heard(note) {
  voice.update(note);
  if (note.step === "sent") log.ask(note.id, `Voice message, ${note.seconds.toFixed(1)} s`, avatar.name);
}

function live(note) {
  if (note.step !== "ended") {
    for (const code of ["expired", "stream", "busy", "timeout"]) notices.clear(code);
  }
  const wasLive = stage.isRunning;
  stage.update(note);
  if (wasLive !== stage.isRunning) voice.restart();
}

function failed(error) {
  if (error.action === "start") tell("Closed");
  notices.show(error, act);
}

/** Does what an error offers to do. */
function act(action) {
  const acts = {
    start: () => connection.send({ type: "start" }),
    live: () => connection.send({ type: "live.start" }),
    restart: () => connection.send({ type: "live.start" }),
    reload: () => connection.send({ type: "live.reload" }),
    reconnect: () => connection.open(),
    microphone: () => voice.tryAgain(),
  };
  acts[action]();
}

function tell(state) {
  byId("state").textContent = states[state] ?? state;
  byId("state").dataset.state = state;
}

function enable(isEnabled) {
  text.disabled = byId("send").disabled = !isEnabled;
  voice.enable(isEnabled);
  stage.enable(isEnabled);
}

function fill(select, entries, chosen) {
  select.replaceChildren(...entries.map(([value, name]) => new Option(name, value)));
  if (entries.some(([value]) => value === chosen)) select.value = chosen;
  select.disabled = entries.length === 0;
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

avatarSelect.onchange = languageSelect.onchange = open;
earlier.onclick = () => connection.send({ type: "history", count: historyShown + HISTORY_STEP });
text.oninput = () => { grow(); voice.typing(); };
text.onkeydown = event => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
};
composer.onsubmit = event => {
  event.preventDefault();
  const question = text.value.trim();
  if (!question || text.disabled) return;
  const id = `text-${++questions}`;
  log.ask(id, question, avatar.name);
  connection.send({ type: "ask", id, text: question });
  text.value = "";
  grow();
  voice.typed();
};

connection.open();
