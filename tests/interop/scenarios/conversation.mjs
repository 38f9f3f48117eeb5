// Stateless messages, detaching, several documents a socket and subdocuments, as applications use them. Job: {url, document}.
import * as Y from 'yjs'
import { hocuspocus, hocuspocusSocket, yWebsocket } from '../clients/clients.mjs'
import { scenario, sleep, until } from '../clients/job.mjs'
import { difference } from '../clients/truth.mjs'

const check = (holds, text) => { if (!holds) throw new Error(text) }

await scenario(async ({ url, document }) => {
  // Stateless messages go to the others of the document, whatever version they are.
  const heard = []
  const listen = name => ({ onStateless: ({ payload }) => heard.push(`${name} ${payload}`) })
  const a = hocuspocus({ url, document, ...listen('a') })
  const b = hocuspocus({ url, document, ...listen('b') })
  const c = hocuspocus({ url, document, version: 3, ...listen('c') })
  const other = hocuspocus({ url, document: `${document}-other`, ...listen('other') })
  await until(() => [a, b, c, other].every(client => client.settled()))
  a.provider.sendStateless('hello 👋')
  c.provider.sendStateless('{"type":"x"}')
  await until(() => heard.length >= 4, () => heard.join())
  await sleep(100)
  check(heard.sort().join() === ['a {"type":"x"}', 'b hello 👋', 'b {"type":"x"}', 'c hello 👋'].sort().join(), heard.join())

  // Who is told that a document is synced finds it whole: an editor puts its first paragraph into an empty one.
  for (let n = 0; n < 300; n++) a.doc.getText('text').insert(0, `${n} `)
  await until(() => a.settled())
  const whole = a.doc.getText('text').toString()
  const found = await Promise.all([3, 4, 'y-websocket'].map(version => new Promise(resolve => {
    const newcomer = version === 'y-websocket' ? yWebsocket({ url, document }) : hocuspocus({ url, document, version })
    const event = version === 'y-websocket' ? 'sync' : 'synced'
    newcomer.provider.on(event, () => resolve(newcomer.doc.getText('text').toString()))
  })))
  check(found.every(text => text === whole), `synced with ${found.map(text => text.length)} of ${whole.length} characters`)

  // Many documents share a socket; one that is destroyed leaves the others alone.
  const socket = hocuspocusSocket({ url })
  const shared = Array.from({ length: 20 }, (_, n) => hocuspocus({ url, document: `${document}-${n}`, socket }))
  const streams = Array.from({ length: 20 }, (_, n) => yWebsocket({ url, document: `${document}-${n}` }))
  await until(() => [...shared, ...streams].every(client => client.settled()))
  shared[3].awareness.setLocalState({ user: 'three' })
  await until(() => streams[3].awareness.getStates().has(shared[3].doc.clientID))
  shared[3].provider.destroy()
  await until(() => !streams[3].awareness.getStates().has(shared[3].doc.clientID), () => 'presence outlives its provider', 3000)
  shared.splice(3, 1)
  streams.splice(3, 1)
  for (const [n, { doc }] of shared.entries()) doc.getText('text').insert(0, `to ${n}`)
  await until(() => streams.every(({ doc }, n) => doc.getText('text').toString() === `to ${n}`))
  check(socket.tap.opens === 1, 'one socket did for all')

  // A subdocument is a document of its own, named by its guid.
  const parent = yWebsocket({ url, document: `${document}-parent` })
  const reader = hocuspocus({ url, document: `${document}-parent` })
  await until(() => parent.settled() && reader.settled())
  const child = new Y.Doc({ guid: `${document}-child` })
  parent.doc.getMap('subdocuments').set('child', child)
  const childStream = yWebsocket({ url, document: child.guid, doc: child })
  child.getText('text').insert(0, 'inside')
  await until(() => reader.doc.getMap('subdocuments').get('child'))
  const copy = reader.doc.getMap('subdocuments').get('child')
  check(copy.guid === child.guid, `the guid became ${copy.guid}`)
  copy.load()
  const copySession = hocuspocus({ url, document: copy.guid, doc: copy })
  await until(() => copySession.settled() && difference([child, copy]) === null, () => difference([child, copy]))
  copy.getText('text').insert(0, 'from ')
  await until(() => child.getText('text').toString() === 'from inside')
  check(difference([parent.doc, reader.doc]) === null, 'the parents differ')
  childStream.destroy()
  return {}
})
