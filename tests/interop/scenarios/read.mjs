// What a client that was never here before sees of each document. Job: {url, documents}.
import { hocuspocus, hocuspocusSocket, yWebsocket } from '../clients/clients.mjs'
import { scenario, until } from '../clients/job.mjs'
import { difference, truth } from '../clients/truth.mjs'

await scenario(async ({ url, documents }) => {
  const found = {}
  const socket = hocuspocusSocket({ url })
  await Promise.all(documents.map(async document => {
    const stream = yWebsocket({ url, document })
    const session = hocuspocus({ url, document, socket })
    await until(() => stream.settled() && session.settled(), () => JSON.stringify([document, stream.state(), session.state()]))
    // The rows after the state come as updates of their own, in frames that follow at once.
    let apart
    await until(() => (apart = difference([session.doc, stream.doc], ['Hocuspocus', 'y-websocket'])) === null, () => apart, 5000)
    found[document] = { ...truth(session.doc), text: session.doc.getText('text').toString() }
    stream.destroy()
    session.destroy()
  }))
  socket.destroy()
  return { documents: found }
})
