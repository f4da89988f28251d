// Turns what the microphone hears into frames of 4,096 samples, 16-bit signed little-endian, while it is told to.

const FRAME = 4096;

class Pcm extends AudioWorkletProcessor {
  #samples = new Int16Array(FRAME);
  #count = 0;
  #isOn = false;
  #sum = 0;
  #heard = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      this.#isOn = data === "start";
      if (data === "stop") {
        this.#post();
        this.port.postMessage({ stopped: true });
      }
      this.#count = 0;
    };
  }

  process([[channel]]) {
    if (this.#isOn && channel) {
      for (const sample of channel) this.#add(sample);
    }
    return true;
  }

  #add(sample) {
    const limited = Math.max(-1, Math.min(1, sample));
    this.#samples[this.#count++] = Math.round(limited * 32767);
    if (this.#count === FRAME) this.#post();
    this.#sum += limited * limited;
    if (++this.#heard === 1024) {
      this.port.postMessage({ level: Math.sqrt(this.#sum / this.#heard) });
      this.#sum = this.#heard = 0;
    }
  }

  #post() {
    if (this.#count > 0) {
      const frame = this.#samples.slice(0, this.#count).buffer;
      this.port.postMessage({ frame }, [frame]);
    }
    this.#count = 0;
  }
}

registerProcessor("pcm", Pcm);
