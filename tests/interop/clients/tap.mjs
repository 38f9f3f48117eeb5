// A WebSocket that records what goes through it and can be cut. The stock clients take it as their polyfill,
// so that they stay unmodified.
import WebSocket from 'ws'

/** Make a WebSocket class whose sockets report to `tap`: {sockets, sent, received, closes, opens}. */
export const makeTap = ({ onOpen = () => {}, onSend = () => {}, onReceive = () => {} } = {}) => {
  const tap = { sockets: new Set(), opens: 0, closes: [], cut }
  function cut () {
    for (const socket of tap.sockets) socket.terminate()
  }
  tap.WebSocket = class extends WebSocket {
    constructor (url, protocols) {
      super(url, protocols, { perMessageDeflate: false })
      tap.sockets.add(this)
      let opened = false
      this.on('open', () => {
        opened = true
        tap.opens++
        onOpen()
      })
      this.on('close', (code, reason) => {
        tap.sockets.delete(this)
        // What never opened was refused by a server that is away: no close code was given to it.
        if (opened) tap.closes.push({ code, reason: reason.toString(), at: Date.now() })
      })
      this.on('message', data => onReceive(new Uint8Array(data)))
      // A refused connection is the weather here, not an error: the client tries again.
      this.on('error', () => {})
    }

    send (data, ...rest) {
      if (data instanceof Uint8Array) onSend(data)
      super.send(data, ...rest)
    }
  }
  return tap
}
