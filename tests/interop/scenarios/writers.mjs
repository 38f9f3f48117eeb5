// Stock clients that write without a pause and keep account of what the server has acknowledged.
// Job: {url, documents, seed, pause}. Says `writing` when all are connected and have more acknowledged than ever before,
// then obeys:
//   "stopped"  the connections are ending: wait for that, stay away
//   "check"    let clients that wrote nothing look for all of it, tell what is lost
//   "write"    come back
//   "finish"   end
import { hocuspocus, hocuspocusSocket, yWebsocket } from '../clients/clients.mjs'
import { makeRandom } from '../clients/edits.mjs'
import { say, scenario, sleep, until, word } from '../clients/job.mjs'

const ID = /<w\d+:\d+>/g
const idsIn = bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').match(ID) ?? []

await scenario(async ({ url, documents, seed, pause = 6 }) => {
  const random = makeRandom(seed)
  const safe = Object.fromEntries(documents.map(name => [name, { inserted: new Set(), deleted: new Set() }]))

  // An id counts only for the client that made it: what the others wrote comes by too and acknowledges nothing.
  const stream = document => {
    const own = new Set()
    const client = yWebsocket({
      url,
      document,
      acknowledged: update => { for (const id of idsIn(update)) if (own.has(id)) safe[document].inserted.add(id) }
    })
    return { ...client, own, connected: () => client.provider.wsconnected && client.provider.synced }
  }
  const session = (document, options = {}) => {
    const own = new Set()
    const client = hocuspocus({ url, document, ...options })
    const writer = { ...client, own, deleting: null, connected: () => client.provider.isSynced && client.provider.isAuthenticated }
    // The n-th SyncStatus answers the n-th Update or SyncStep2 of this document on this connection.
    const sent = []
    client.account.onOpen.push(() => { sent.length = 0 })
    client.account.onOwed.push(frame => sent.push({ ids: idsIn(frame).filter(id => own.has(id)), deleted: writer.deleting }))
    client.account.onStatus.push(applied => {
      const { ids, deleted } = sent.shift()
      if (!applied) throw new Error(`${client.dialect}: an edit was refused`)
      for (const id of ids) safe[document].inserted.add(id)
      if (deleted) safe[document].deleted.add(deleted)
    })
    return writer
  }
  const [first, second] = documents
  const shared = hocuspocusSocket({ url })
  const writers = [
    stream(first),
    stream(first),
    stream(second),
    session(first),
    session(second, { version: 3 }),
    session(first, { socket: shared }),
    session(second, { socket: shared })
  ]

  let serial = 0
  const write = writer => {
    const number = writers.indexOf(writer)
    const list = writer.doc.getArray('list')
    const dice = random.next()
    if (dice < 0.7) {
      const id = `<w${number}:${serial++}>`
      writer.own.add(id)
      list.insert(random.below(list.length + 1), [id])
    } else if (dice < 0.85 && writer.deleting !== undefined && list.length > 20) {
      const at = random.below(list.length)
      writer.deleting = list.get(at)
      list.delete(at, 1)
      writer.deleting = null
    } else {
      const text = writer.doc.getText('text')
      if (text.length > 200) text.delete(random.below(100), 50)
      else text.insert(random.below(text.length + 1), random.pick(['word ', '👩‍👩‍👧 ', 'é']))
    }
  }
  let finished = false
  const typing = writers.map(async writer => {
    while (!finished) {
      if (writer.connected()) write(writer)
      await sleep(random.below(2 * pause))
    }
  })

  const check = async () => {
    const lost = []
    for (const [n, document] of documents.entries()) {
      const reader = (serial + n) % 2 ? yWebsocket({ url, document }) : hocuspocus({ url, document })
      await until(() => reader.settled(), () => JSON.stringify(reader.state()))
      const { inserted, deleted } = safe[document]
      const missing = () => {
        const there = new Set(reader.doc.getArray('list').toArray())
        return [
          ...[...inserted].filter(id => !there.has(id) && !everDeleted.has(id)),
          ...[...deleted].filter(id => there.has(id)).map(id => `deletion of ${id}`)
        ]
      }
      const everDeleted = new Set(writers.flatMap(({ doc }) => [...deletions.get(doc)]))
      // What is missing when a client calls itself synced is lost: nothing more comes by itself.
      lost.push(...missing().map(what => `${what} of ${document}, for ${reader.dialect}`))
      reader.destroy()
    }
    return lost
  }
  // Another writer may have deleted an id before its insertion was acknowledged: such an id may be gone.
  const deletions = new Map(writers.map(({ doc }) => [doc, new Set()]))
  for (const { doc } of writers) {
    doc.getArray('list').observe(({ changes }) => {
      for (const item of changes.deleted) for (const id of item.content.getContent()) deletions.get(doc).add(id)
    })
  }
  const count = () => Object.values(safe).reduce((sum, { inserted, deleted }) => sum + inserted.size + deleted.size, 0)

  const states = () => JSON.stringify(writers.map(writer => writer.state()))
  for (;;) {
    await until(() => writers.every(writer => writer.connected()), states)
    const before = count()
    await until(() => count() > before, () => `nothing is acknowledged: ${states()}`)
    say('writing')
    const order = await word()
    if (order === 'finish') break
    await until(() => writers.every(({ tap }) => tap.sockets.size === 0), () => 'a connection outlives the server')
    // Twice: Hocuspocus 3 forgets that it was told, if it was already waiting to come back.
    for (const ms of [150, 0]) {
      for (const writer of writers) writer.disconnect()
      await sleep(ms)
    }
    const closes = [...new Set(writers.map(({ tap }) => tap.closes.at(-1).code))]
    say('stopped', { closes })
    await word()
    const lost = await check()
    if (writers.some(({ tap }) => tap.sockets.size)) throw new Error('a writer came back before the check was over')
    say('checked', { lost })
    await word()
    for (const writer of writers) await writer.connect()
  }
  finished = true
  await Promise.all(typing)
  await until(() => writers.every(writer => writer.settled()), states)
  return { acknowledged: count() }
})
