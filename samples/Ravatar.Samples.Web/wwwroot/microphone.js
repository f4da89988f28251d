// The browser's microphone. What goes wrong with it is a MicrophoneError with one of the codes of RAVATAR's error page.

const wanted = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
const RATE = 16_000;

const codes = {
  NotAllowedError: "permission_denied",
  SecurityError: "permission_denied",
  NotFoundError: "no_specified_media_found",
  NotReadableError: "media_in_use",
  OverconstrainedError: "invalid_media_constraints",
  TypeError: "no_constraints",
  AbortError: "media_aborted",
};

const texts = {
  permission_denied: ["Microphone access was denied",
    "Allow this page to use the microphone: open the site settings beside the address, set Microphone to Allow, then try again."],
  no_specified_media_found: ["No microphone found", "Connect a microphone, then try again."],
  media_in_use: ["Microphone in use", "Another app has the microphone. Close it there, then try again."],
  media_aborted: ["The recording was interrupted", "The microphone has gone. Connect it, then try again."],
  recorder_error: ["The recording failed", "Try to record again."],
  insecure: ["No microphone on this address", "Browsers give it to https pages and to localhost alone."],
};

export class MicrophoneError extends Error {
  constructor(code) {
    const [title, text] = texts[code] ?? texts.recorder_error;
    super(title);
    this.notice = { code, title, text, action: code === "insecure" ? null : "microphone" };
  }
}

export class Microphone {
  #stream = null;
  #context = null;
  #node = null;
  #stopped = null;

  /** @param handlers { frame(buffer), level(0…1), lost(MicrophoneError) } */
  constructor(handlers) {
    this.handlers = handlers;
  }

  /** Opens it, which may ask the user; an open one stays open. Gives the sample rate. */
  async open() {
    if (this.#node) return this.#context.sampleRate;
    if (!navigator.mediaDevices) throw new MicrophoneError("insecure");
    const stream = await request();
    try {
      this.#stream = stream;
      await this.#listen(stream);
    } catch {
      this.close();
      throw new MicrophoneError("recorder_error");
    }
    stream.getAudioTracks()[0].onended = () => this.#lose("media_aborted");
    return this.#context.sampleRate;
  }

  start() {
    this.#node?.port.postMessage("start");
  }

  /** Stops, and gives out what was heard up to now. */
  stop() {
    if (!this.#node) return Promise.resolve();
    return new Promise(resolve => {
      this.#stopped = resolve;
      this.#node.port.postMessage("stop");
    });
  }

  close() {
    this.#stream?.getTracks().forEach(track => track.stop());
    // Nothing that can be done about a context that does not close.
    this.#context?.close().catch(() => {});
    this.#stream = this.#context = this.#node = null;
    this.#stopped?.();
  }

  async #listen(stream) {
    let source;
    try {
      this.#context = new AudioContext({ sampleRate: RATE });
      source = this.#context.createMediaStreamSource(stream);
    } catch {
      // Some browsers do not convert the rate: the app does, then.
      await this.#context?.close();
      this.#context = new AudioContext();
      source = this.#context.createMediaStreamSource(stream);
    }
    await this.#context.audioWorklet.addModule("pcm-worklet.js");
    // Not waited for: before the first click or key it does not come.
    this.#context.resume().catch(() => {});
    this.#node = new AudioWorkletNode(this.#context, "pcm", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.#node.port.onmessage = ({ data }) => this.#take(data);
    this.#node.onprocessorerror = () => this.#lose("recorder_error");
    source.connect(this.#node);
  }

  #take(data) {
    if (data.frame) this.handlers.frame(data.frame);
    if (data.level !== undefined) this.handlers.level(data.level);
    if (data.stopped) this.#stopped?.();
  }

  #lose(code) {
    this.close();
    this.handlers.lost(new MicrophoneError(code));
  }
}

/** Asks for the microphone; with the defaults where it does not have what is wanted. */
async function request() {
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch (error) {
    const code = codes[error.name] ?? "recorder_error";
    if (code !== "invalid_media_constraints" && code !== "no_constraints") throw new MicrophoneError(code);
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    throw new MicrophoneError(codes[error.name] ?? "recorder_error");
  }
}
