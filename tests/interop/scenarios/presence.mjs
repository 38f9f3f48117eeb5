// Who sees whom, and for how long, across dialects. Job: {url, document}.
import { hocuspocus, yWebsocket } from '../clients/clients.mjs'
import { scenario, sleep, until } from '../clients/job.mjs'

const MOMENT_MS = 3000

await scenario(async ({ url, document }) => {
  const make = {
    stream: () => yWebsocket({ url, document }),
    'hocuspocus 4': () => hocuspocus({ url, document }),
    'hocuspocus 3': () => hocuspocus({ url, document, version: 3 }),
    watcher: () => hocuspocus({ url, document }),
    spy: () => yWebsocket({ url, document })
  }
  const clients = Object.fromEntries(Object.entries(make).map(([name, create]) => [name, create()]))
  const all = () => Object.entries(clients)
  await until(() => all().every(([, client]) => client.settled()), () => JSON.stringify(all().map(([name, c]) => [name, c.state()])))
  for (const [name, { awareness }] of all()) awareness.setLocalStateField('user', { name })

  const seenBy = ({ awareness }) => [...awareness.getStates().values()].map(state => state.user?.name).filter(Boolean).sort().join()
  const everybodySees = (names, when, ms = MOMENT_MS) => until(
    () => all().filter(([name]) => names.includes(name)).every(([, client]) => seenBy(client) === [...names].sort().join()),
    () => `${when}: ${JSON.stringify(all().map(([name, client]) => [name, seenBy(client)]))}`,
    ms
  )
  const everybody = Object.keys(clients)
  const without = gone => everybody.filter(name => name !== gone)
  await everybodySees(everybody, 'at first')

  for (const name of ['stream', 'hocuspocus 4', 'hocuspocus 3']) {
    const client = clients[name]
    // A goodbye.
    client.disconnect()
    await everybodySees(without(name), `after ${name} left`)
    await client.connect()
    await everybodySees(everybody, `after ${name} came back with the clock it had`)
    // A cut, and no way back for a moment.
    if (client.provider.shouldConnect !== undefined) client.provider.shouldConnect = false
    else client.provider.configuration.websocketProvider.shouldConnect = false
    client.tap.cut()
    await everybodySees(without(name), `after ${name} was cut`)
    await client.connect()
    await everybodySees(everybody, `after ${name} came back from a cut`)
  }

  // A carets' pace: the last word counts, and it comes soon.
  for (let n = 0; n < 50; n++) {
    clients.stream.awareness.setLocalStateField('cursor', n)
    await sleep(4)
  }
  await until(
    () => ['watcher', 'spy', 'hocuspocus 3'].every(name => clients[name].awareness.getStates().get(clients.stream.doc.clientID)?.cursor === 49),
    () => 'the last caret did not arrive',
    MOMENT_MS
  )

  // Who leaves on purpose is gone, and who joins sees who is here.
  clients['hocuspocus 4'].awareness.setLocalState(null)
  await until(() => seenBy(clients.spy) === without('hocuspocus 4').sort().join(), () => `spy sees ${seenBy(clients.spy)}`, MOMENT_MS)
  const late = yWebsocket({ url, document })
  await until(() => seenBy(late) === without('hocuspocus 4').sort().join(), () => `the late one sees ${seenBy(late)}`, MOMENT_MS)
  return {}
})
