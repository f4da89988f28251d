// Live Mode: the stream in a frame, and the way out when the frame stays black.

const screen = document.getElementById("screen");
const start = document.getElementById("live-start");
const stop = document.getElementById("live-stop");
const none = document.getElementById("live-none");
const hint = document.getElementById("black-screen");
const link = document.getElementById("stream-link");
const portrait = document.getElementById("portrait");
const film = document.getElementById("film");

export class LiveStage {
  #avatar = null;
  #frame = null;
  #isEnabled = false;

  /** @param act called with "start" or "stop" */
  constructor(act) {
    start.onclick = () => act("start");
    stop.onclick = () => act("stop");
  }

  get isRunning() {
    return this.#frame !== null;
  }

  /** Whether a session can be started now. */
  enable(isEnabled) {
    this.#isEnabled = isEnabled;
    start.disabled = !isEnabled;
  }

  /** Who is on the stage. */
  present(avatar) {
    this.#avatar = avatar;
    portrait.hidden = !avatar.picture || Boolean(avatar.film);
    if (avatar.picture) portrait.src = avatar.picture;
    else portrait.removeAttribute("src");
    film.hidden = !avatar.film;
    if (avatar.film) film.src = avatar.film;
    else film.removeAttribute("src");
    film.poster = avatar.picture ?? "";
    this.update({ step: "ended" });
  }

  /** Follows the session: { step: "starting" | "running" | "ended", url }. */
  update(live) {
    start.hidden = !this.#avatar?.hasLiveMode || live.step === "running";
    start.disabled = live.step === "starting" || !this.#isEnabled;
    start.textContent = live.step === "starting" ? "Starting…" : "Start Live Mode";
    stop.hidden = live.step === "ended";
    stop.textContent = live.step === "starting" ? "Cancel" : "Stop Live Mode";
    none.hidden = !this.#avatar || this.#avatar.hasLiveMode;
    hint.hidden = live.step !== "running";
    if (live.step === "running") this.#show(live.url);
    else this.#hide();
  }

  #show(url) {
    this.#hide();
    link.href = url;
    const frame = document.createElement("iframe");
    frame.title = `Live video of ${this.#avatar.name}`;
    frame.allow = "camera; microphone; autoplay; fullscreen; clipboard-read; clipboard-write; pointer-lock; encrypted-media";
    frame.referrerPolicy = "no-referrer";
    // All but navigating this page away.
    frame.sandbox = "allow-scripts allow-same-origin allow-forms allow-modals allow-pointer-lock allow-popups allow-presentation";
    frame.src = url;
    screen.append(frame);
    this.#frame = frame;
  }

  #hide() {
    this.#frame?.remove();
    this.#frame = null;
    link.removeAttribute("href");
  }
}
