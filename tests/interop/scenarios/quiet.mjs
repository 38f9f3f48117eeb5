// Stock clients with their stock watchdogs in rooms where nothing happens. Job: {url, document, seconds}.
import { hocuspocus, yWebsocket } from '../clients/clients.mjs'
import { scenario, sleep, until } from '../clients/job.mjs'

await scenario(async ({ url, document, seconds }) => {
  const clients = [
    yWebsocket({ url, document: `${document}-a` }),
    hocuspocus({ url, document: `${document}-b` }),
    hocuspocus({ url, document: `${document}-c`, version: 3 }),
    // Without awareness nothing at all comes from the client by itself.
    hocuspocus({ url, document: `${document}-d`, awareness: null }),
    yWebsocket({ url, document: `${document}-e` })
  ]
  clients[4].awareness.setLocalState(null)
  await until(() => clients.every(client => client.settled()), () => JSON.stringify(clients.map(client => client.state())))
  await sleep(seconds * 1000)
  return { connections: clients.map(({ dialect, tap }) => ({ dialect, opens: tap.opens, closes: tap.closes })) }
})
