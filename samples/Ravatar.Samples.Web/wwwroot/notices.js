// What went wrong, and what can be done about it. Texts are set as text, never as HTML.

const region = document.getElementById("notices");
const dialog = document.getElementById("dialog");

/** Errors that want an answer before anything else goes on. */
const asDialog = new Set(["payment", "permission_denied"]);

const labels = {
  start: "Try again",
  live: "Try again",
  restart: "Start a new session",
  reload: "Reload the stream",
  reconnect: "Reconnect",
  microphone: "Try again",
};

/** Shows an error: { code, title, text, action }. The same error replaces itself. */
export function show(error, act) {
  if (asDialog.has(error.code)) {
    showDialog(error, act);
  } else {
    showNotice(error, act);
  }
}

function showNotice(error, act) {
  clear(error.code);
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.dataset.code = error.code;
  const words = document.createElement("p");
  const title = document.createElement("strong");
  title.textContent = error.title;
  words.append(title, " ", error.text);
  notice.append(words);
  if (error.action) {
    notice.append(button(labels[error.action], () => { notice.remove(); act(error.action); }));
  }
  const close = button("×", () => notice.remove());
  close.className = "close";
  close.ariaLabel = `Dismiss: ${error.title}`;
  notice.append(close);
  region.append(notice);
}

/** Takes errors away: those with a code, or all. */
export function clear(code) {
  for (const notice of [...region.children]) {
    if (!code || notice.dataset.code === code) notice.remove();
  }
}

function showDialog(error, act) {
  document.getElementById("dialog-title").textContent = error.title;
  document.getElementById("dialog-text").textContent = error.text;
  dialog.dataset.code = error.code;
  const action = document.getElementById("dialog-action");
  action.hidden = !error.action;
  action.textContent = labels[error.action] ?? "";
  action.onclick = () => { dialog.close("act"); act(error.action); };
  document.getElementById("dialog-close").onclick = () => dialog.close();
  // Closed without a try, the way to one stays.
  dialog.returnValue = "";
  dialog.onclose = () => dialog.returnValue !== "act" && error.action && showNotice(error, act);
  if (!dialog.open) dialog.showModal();
}

function button(text, onclick) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.onclick = onclick;
  return element;
}
