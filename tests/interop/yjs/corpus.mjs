// Writes random documents as what a server would be sent, one JSON line a document: {seed, events, local, vector}.
// Job on stdin: {seed, documents, steps, emoji}: with `emoji`, only one text, and edits wherever they may fall. An event is {kind: 'update' | 'sync', update, walk}, where `walk` is what Yjs
// itself reads in the update. `local` are the updates that the clients' own edits made: together they are the document.
import fs from 'node:fs'
import * as Y from 'yjs'
import { makeEditor, makeRandom } from '../clients/edits.mjs'

const hex = bytes => Buffer.from(bytes).toString('hex')

/** What an update says, as Yjs reads it: its sections, the deletions, and what sections need of others. */
const walk = update => {
  const { structs, ds } = Y.decodeUpdate(update)
  const sections = []
  const needs = new Map()
  const need = (client, id) => {
    if (id && typeof id === 'object' && id.client !== client) needs.set(id.client, Math.max(id.clock, needs.get(id.client) ?? 0))
  }
  for (const struct of structs) {
    const { client, clock } = struct.id
    const last = sections.at(-1)
    if (last?.[0] === client) last[2] = clock + struct.length
    else sections.push([client, clock, clock + struct.length])
    need(client, struct.origin)
    need(client, struct.rightOrigin)
    need(client, struct.parent)
  }
  const deletes = [...ds.clients].flatMap(([client, ranges]) => ranges.map(({ clock, len }) => [client, clock, len]))
  return {
    sections,
    needs: [...needs].sort(([a], [b]) => a - b),
    deletes,
    skips: structs.some(struct => struct instanceof Y.Skip)
  }
}

const EMOJI = ['👩', '😀😀', '👩‍👩‍👧', 'a', 'b👩', '漢', '🏳️‍🌈x']

/** Edit a text at any index, also between the halves of a character. */
const makeEmojiEditor = (random, doc) => {
  const text = doc.getText('text')
  return () => doc.transact(() => {
    for (let times = 1 + random.below(3); times > 0; times--) {
      const { length } = text
      const at = random.below(length + 1)
      const count = Math.min(length - at, 1 + random.below(5))
      const dice = random.next()
      if (dice < 0.3 && count) text.delete(at, count)
      else if (dice < 0.4 && count) text.format(at, count, { bold: random.pick([true, null]) })
      else if (dice < 0.45) text.insertEmbed(at, { image: 1 })
      else text.insert(at, random.pick(EMOJI))
    }
  })
}

class Client {
  constructor (random, log, id, emoji) {
    this.random = random
    this.doc = new Y.Doc({ gc: random.chance(0.7) })
    this.doc.clientID = id
    this.inbox = []
    this.vectors = [Y.encodeStateVector(this.doc)]
    this.edit = emoji ? makeEmojiEditor(random, this.doc) : makeEditor(random, this.doc)
    this.doc.on('update', (update, origin) => log(this, update, origin !== 'remote'))
  }

  /** Take in some of what the others made: in order, in any order, or merged, with what lies between left out. */
  receive () {
    const { random, inbox } = this
    const some = random.chance(0.5) ? inbox.splice(0) : inbox.splice(random.below(inbox.length + 1), 1 + random.below(3))
    if (random.chance(0.3)) some.reverse()
    if (some.length && random.chance(0.2)) Y.applyUpdate(this.doc, Y.mergeUpdates(some), 'remote')
    else for (const update of some) Y.applyUpdate(this.doc, update, 'remote')
    // What is not delivered is lost, until the last sync.
    if (random.chance(0.1)) inbox.splice(0)
  }
}

const someId = random => random.pick([() => 1 + random.below(100), () => random.below(2 ** 32)])()

const makeDocument = (seed, steps, emoji) => {
  const random = makeRandom(seed)
  const events = []
  const local = []
  const clients = []
  const forwards = random.chance(0.3) // a second provider on the same document sends on what the first one brought
  const add = (kind, update) => events.push({ kind, update: hex(update), walk: walk(update) })
  const log = (client, update, own) => {
    if (own) {
      local.push(update)
      for (const other of clients) if (other !== client) other.inbox.push(update)
    }
    if (own || forwards) add('update', update)
  }
  const ids = new Set()
  for (let count = 2 + random.below(3); ids.size < count;) ids.add(someId(random))
  for (const id of ids) clients.push(new Client(random, log, id, emoji))
  for (let step = 0; step < steps; step++) {
    const client = random.pick(clients)
    const dice = random.next()
    if (dice < 0.6) client.edit()
    else if (dice < 0.85) client.receive()
    else if (dice < 0.92) {
      const other = random.pick(clients)
      add('sync', Y.encodeStateAsUpdate(client.doc, random.pick(other.vectors)))
    } else if (local.length > 1) {
      const some = local.filter(() => random.chance(0.3))
      if (some.length > 1) add('update', random.chance(0.5) ? Y.mergeUpdates(some) : Y.diffUpdate(Y.mergeUpdates(some), random.pick(client.vectors)))
    }
    client.vectors.push(Y.encodeStateVector(client.doc))
  }
  const finals = clients.map(({ doc }) => hex(Y.encodeStateAsUpdate(doc)))
  const whole = new Y.Doc()
  for (const update of local) Y.applyUpdate(whole, update)
  if (whole.store.pendingStructs ?? whole.store.pendingDs) throw new Error(`seed ${seed}: the corpus itself is not complete`)
  return { seed, events, finals, local: local.map(hex), vector: hex(Y.encodeStateVector(whole)) }
}

const { seed, documents, steps, emoji } = JSON.parse(fs.readFileSync(0))
for (let number = 0; number < documents; number++) {
  const length = 2 + makeRandom(seed + number).below(steps)
  process.stdout.write(`${JSON.stringify(makeDocument(seed + number, length, emoji))}\n`)
}
