// The talk button in its three modes: hold to talk, hands-free, start and stop.

import { Microphone } from "./microphone.js";

const KEPT_OPEN_MS = 10_000; // so that the next press loses no first syllable

const button = document.getElementById("talk");
const label = document.getElementById("talk-label");
const discard = document.getElementById("discard");
const field = document.getElementById("voice-mode-field");
const select = document.getElementById("voice-mode");
const hint = document.getElementById("voice-hint");
const level = document.getElementById("level");

const modes = {
  hold: { name: "Hold to talk", idle: "Hold to talk", busy: "Release to send",
    hint: "Release to send. Move away or press Escape to cancel." },
  free: { name: "Hands-free", idle: "Turn microphone on", busy: "Turn microphone off",
    hint: "Listening: a pause sends what you said. Typing turns the microphone off." },
  record: { name: "Record", idle: "Start recording", busy: "Stop and send", hint: "Recording. Stop to send." },
};

export class Voice {
  #mode = "hold";
  #state = "idle"; // idle, opening, recording, ending
  #isOff = false; // hands-free: turned off by hand, which stays so
  #byTyping = false; // hands-free: turned off by typing, until the message is sent
  #closing = 0;
  #opensByItself = false;

  /** @param handlers { send(command), sendAudio(frame), failed(notice) } */
  constructor(handlers) {
    this.handlers = handlers;
    this.microphone = new Microphone({
      frame: frame => handlers.sendAudio(frame),
      level: value => level.style.setProperty("--level", Math.min(1, Math.sqrt(value) * 1.6).toFixed(3)),
      lost: error => { this.cancel(); handlers.failed(error.notice); },
    });
    select.onchange = () => { this.cancel(); this.#use(select.value); };
    discard.onclick = () => this.cancel();
    this.#listenToButton();
  }

  /** What the service allows: voice activity detection, and whether the user chooses. */
  configure({ vadEnabled, voiceModeSelector }) {
    this.cancel();
    this.#opensByItself = vadEnabled;
    // Without detection every recording has to be ended by the user.
    const offered = vadEnabled ? ["free", "hold", "record"] : ["hold", "record"];
    select.replaceChildren(...offered.map(mode => new Option(modes[mode].name, mode)));
    field.hidden = !voiceModeSelector;
    this.#use(offered[0]);
  }

  enable(isEnabled) {
    button.disabled = select.disabled = !isEnabled;
    if (!isEnabled) this.cancel();
    else if (this.#mode === "free") this.#openByItself();
  }

  /** Follows what the app makes of a recording. */
  update({ step, seconds }) {
    if (step === "short") hint.textContent = "Too short: nothing was sent.";
    if (step === "cancelled" && this.#state === "idle" && this.#mode !== "free") hint.textContent = "Cancelled: nothing was sent.";
    if (step === "sent" && this.#mode !== "free") hint.textContent = `Sent ${seconds.toFixed(1)} s.`;
    if (step === "listening" && this.#state === "recording") hint.textContent = modes.free.hint;
  }

  /** The user types: hands-free listening would take the keys for speech. */
  typing() {
    if (this.#mode === "free" && this.#state !== "idle") {
      this.cancel();
      this.#byTyping = true;
      hint.textContent = "The microphone is off while you type.";
    }
  }

  typed() {
    if (this.#byTyping && !this.#isOff) this.press();
    this.#byTyping = false;
  }

  /** Live Mode begins or ends, and voice travels another way: what was begun is taken back; hands-free it is begun again. */
  restart() {
    const wasListening = this.#mode === "free" && this.#state === "recording";
    this.cancel();
    if (wasListening) this.press();
  }

  /** Opens the microphone again after it could not be had, without recording. */
  async tryAgain() {
    if (this.#state !== "idle") return;
    button.focus();
    try {
      await this.microphone.open();
      hint.textContent = "The microphone is ready.";
      this.#closeLater();
    } catch (error) {
      this.handlers.failed(error.notice);
    }
  }

  async press() {
    if (this.#state !== "idle" || button.disabled) return;
    clearTimeout(this.#closing);
    this.#become("opening");
    let rate;
    try {
      rate = await this.microphone.open();
    } catch (error) {
      this.#become("idle");
      this.#closeLater(0);
      this.handlers.failed(error.notice);
      return;
    }
    if (this.#state !== "opening") {
      // Released or taken back while the browser asked for the microphone.
      this.#closeLater();
      return;
    }
    this.handlers.send({ type: this.#mode === "free" ? "voice.listen" : "voice.press", rate });
    this.microphone.start();
    this.#become("recording");
  }

  async release() {
    if (this.#state === "opening") {
      this.#become("idle");
      hint.textContent = "The microphone was not open yet: hold again to talk.";
    }
    if (this.#state !== "recording") return;
    this.#become("ending");
    await this.microphone.stop();
    this.handlers.send({ type: "voice.release" });
    this.#become("idle");
    this.#closeLater();
  }

  cancel() {
    if (this.#state === "idle" || this.#state === "ending") return;
    const was = this.#state;
    this.#become("idle");
    if (was === "recording") this.handlers.send({ type: "voice.cancel" });
    this.microphone.stop();
    this.#closeLater(this.#mode === "free" ? 0 : KEPT_OPEN_MS);
  }

  #use(mode) {
    this.#mode = select.value = mode;
    this.#isOff = this.#byTyping = false;
    hint.textContent = "";
    this.#become("idle");
    if (mode === "free" && !button.disabled) this.#openByItself();
  }

  /** Hands-free, the microphone opens by itself: where the user has allowed it already, and has done something on the page. */
  async #openByItself() {
    // Asked before the wait: a click during it is about the button.
    if (!this.#opensByItself || this.#isOff || !navigator.userActivation?.hasBeenActive) return;
    const permission = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
    if (permission?.state === "granted" && this.#mode === "free" && !this.#isOff) this.press();
  }

  #become(state) {
    const mode = modes[this.#mode];
    this.#state = state;
    button.dataset.state = state;
    button.setAttribute("aria-pressed", String(state === "recording"));
    label.textContent = { idle: mode.idle, opening: "Opening the microphone…", recording: mode.busy, ending: mode.idle }[state];
    discard.hidden = this.#mode !== "record" || state !== "recording";
    level.ariaHidden = String(state !== "recording");
    level.style.setProperty("--level", 0);
    if (state === "recording") hint.textContent = mode.hint;
    else if (state === "idle") hint.textContent = "";
  }

  #closeLater(after = KEPT_OPEN_MS) {
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => this.#state === "idle" && this.microphone.close(), after);
  }

  /** @param wasIdle what the user saw when the click began: meanwhile the microphone may have opened by itself */
  #toggle(wasIdle) {
    if (this.#mode === "free") {
      this.#isOff = !wasIdle;
      if (this.#isOff) this.cancel();
      else this.press();
    } else if (this.#mode === "record") {
      if (this.#state === "idle") this.press();
      else this.release();
    }
  }

  /** Hold: pointer or key down and up; released elsewhere is cancelled. The other modes: a click. */
  #listenToButton() {
    const holds = () => this.#mode === "hold";
    let wasIdle = true;
    button.onpointerdown = event => {
      wasIdle = this.#state === "idle";
      if (!holds() || event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.press();
    };
    button.onpointerup = event => {
      if (!holds() || this.#state === "idle") return;
      const { left, right, top, bottom } = button.getBoundingClientRect();
      const isInside = event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
      if (isInside) this.release();
      else this.cancel();
    };
    button.onpointercancel = () => holds() && this.cancel();
    button.oncontextmenu = event => event.preventDefault();
    button.onkeydown = event => {
      const presses = event.key === " " || event.key === "Enter";
      if (presses && holds()) event.preventDefault();
      if (presses && holds() && !event.repeat) this.press();
    };
    button.onkeyup = event => {
      if (holds() && (event.key === " " || event.key === "Enter")) {
        event.preventDefault();
        if (this.#state !== "idle") this.release();
      }
    };
    button.onblur = () => holds() && this.cancel();
    button.onclick = event => this.#toggle(event.detail > 0 ? wasIdle : this.#state === "idle");
    addEventListener("keydown", event => {
      if (event.key === "Escape" && this.#mode !== "free") this.cancel();
    });
  }
}
