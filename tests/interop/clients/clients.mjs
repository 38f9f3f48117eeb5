// The stock clients behind one face: {doc, awareness, tap, provider, connect, disconnect, settled, …}.
// Only documented options are set; nothing of the clients is replaced.
import * as decoding from 'lib0/decoding'
import * as Y from 'yjs'
import { Awareness } from 'y-protocols/awareness'
import { WebsocketProvider } from 'y-websocket'
import * as hocuspocus4 from '@hocuspocus/provider'
import * as hocuspocus3 from 'hocuspocus-provider-3'
import { until } from './job.mjs'
import { makeTap } from './tap.mjs'

const PATIENCE = { delay: 60, minDelay: 60, maxDelay: 400 }

/** y-websocket 3 on `/sync/{document}`. `acknowledged(bytes)` gets the update of every 1/2 message that comes. */
export const yWebsocket = ({ url, document, doc = new Y.Doc(), awareness, params, acknowledged = () => {}, onReceive = () => {} }) => {
  const tap = makeTap({
    onReceive: frame => {
      onReceive(frame)
      if (frame[0] === 0 && frame[1] !== 0) {
        const decoder = decoding.createDecoder(frame)
        decoder.pos = 2
        acknowledged(decoding.readVarUint8Array(decoder))
      }
    }
  })
  const provider = new WebsocketProvider(`${url}/sync`, document, doc, {
    WebSocketPolyfill: tap.WebSocket,
    disableBc: true,
    maxBackoffTime: 300,
    ...(awareness ? { awareness } : {}),
    ...(params ? { params } : {})
  })
  return {
    dialect: 'y-websocket',
    document,
    doc,
    provider,
    tap,
    awareness: provider.awareness,
    connect: () => provider.connect(),
    disconnect: () => provider.disconnect(),
    destroy: () => { provider.destroy(); tap.cut() },
    settled: () => provider.wsconnected && provider.synced,
    state: () => ({ connected: provider.wsconnected, synced: provider.synced, closes: tap.closes.slice(-3) })
  }
}

/** A Hocuspocus socket that several documents may share; it counts what must balance for each address. */
export const hocuspocusSocket = ({ url, version = 4 }) => {
  const { HocuspocusProviderWebsocket } = version === 3 ? hocuspocus3 : hocuspocus4
  const ledgers = new Map()
  const ledger = address => {
    if (!ledgers.has(address)) ledgers.set(address, { owed: 0, applied: 0, refused: 0, surplus: false, onOwed: [], onStatus: [], onOpen: [] })
    return ledgers.get(address)
  }
  const read = frame => {
    if (frame.length === 1) return null
    const decoder = decoding.createDecoder(frame)
    return { account: ledger(decoding.readVarString(decoder)), type: decoding.readVarUint(decoder), decoder }
  }
  const tap = makeTap({
    // A cut connection takes its debts along: the next one starts even.
    onOpen: () => {
      for (const account of ledgers.values()) {
        Object.assign(account, { owed: 0, applied: 0, refused: 0 })
        for (const listener of account.onOpen) listener()
      }
    },
    onSend: frame => {
      const message = read(frame)
      if (message?.type !== 0 || decoding.readVarUint(message.decoder) === 0) return
      message.account.owed++
      for (const listener of message.account.onOwed) listener(frame)
    },
    onReceive: frame => {
      const message = read(frame)
      if (message?.type !== 8) return
      const applied = decoding.readVarUint(message.decoder) === 1
      if (applied) message.account.applied++
      else message.account.refused++
      if (message.account.applied + message.account.refused > message.account.owed) message.account.surplus = true
      for (const listener of message.account.onStatus) listener(applied)
    }
  })
  const websocket = new HocuspocusProviderWebsocket({ url: `${url}/hocuspocus`, WebSocketPolyfill: tap.WebSocket, ...PATIENCE })
  return { version, tap, websocket, ledger, destroy: () => { websocket.destroy(); tap.cut() } }
}

/** A Hocuspocus provider on a socket of its own or on a shared one. */
export const hocuspocus = ({ url, document, doc = new Y.Doc(), awareness, token = '', version = 4, socket, ...configuration }) => {
  const { HocuspocusProvider } = version === 3 ? hocuspocus3 : hocuspocus4
  const own = !socket
  const shared = socket ?? hocuspocusSocket({ url, version })
  const unsynced = []
  const provider = new HocuspocusProvider({
    websocketProvider: shared.websocket,
    name: document,
    document: doc,
    token,
    ...(awareness === undefined ? {} : { awareness }),
    onUnsyncedChanges: ({ number }) => unsynced.push(number),
    ...configuration
  })
  provider.attach()
  const account = shared.ledger(provider.effectiveName ?? document)
  return {
    dialect: `hocuspocus ${version}`,
    document,
    doc,
    provider,
    tap: shared.tap,
    awareness: provider.awareness,
    account,
    unsynced,
    // `connect()` does nothing while the last socket is still saying goodbye.
    connect: async () => {
      await until(() => shared.websocket.shouldConnect || shared.websocket.status === 'disconnected')
      if (!shared.websocket.shouldConnect) shared.websocket.connect()
    },
    disconnect: () => { shared.websocket.disconnect() },
    destroy: () => { provider.destroy(); if (own) shared.destroy() },
    settled: () => provider.isSynced && provider.unsyncedChanges === 0 && provider.isAuthenticated,
    state: () => ({
      synced: provider.isSynced,
      authenticated: provider.isAuthenticated,
      unsynced: provider.unsyncedChanges,
      counts: { owed: account.owed, applied: account.applied, refused: account.refused },
      closes: shared.tap.closes.slice(-3)
    })
  }
}
