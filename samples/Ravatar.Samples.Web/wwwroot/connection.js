// The socket between this page and the app. What goes wrong with it is one event: closed.

export class Connection {
  #socket = null;

  /** @param handlers { opened(), message(message), closed() } */
  constructor(handlers) {
    this.handlers = handlers;
  }

  open() {
    const address = new URL("session", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => this.handlers.opened();
    socket.onmessage = event => this.handlers.message(JSON.parse(event.data));
    socket.onclose = () => {
      if (this.#socket === socket) {
        this.#socket = null;
        this.handlers.closed();
      }
    };
  }

  /** Sends a command. Without a socket nobody is there to take it, which the page says already. */
  send(command) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(command));
    }
  }

  /** Sends audio. What the socket cannot take in time (2 s of it) is left out: late audio is of no use. */
  sendAudio(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN && this.#socket.bufferedAmount < 64_000) {
      this.#socket.send(frame);
    }
  }
}
