// One stock client of each kind that waits for a word in the text, and says how long the text is then. Job: {url, document}.
import { hocuspocus, yWebsocket } from '../clients/clients.mjs'
import { say, scenario, until, word } from '../clients/job.mjs'

await scenario(async ({ url, document }) => {
  const clients = [yWebsocket({ url, document }), hocuspocus({ url, document })]
  await until(() => clients.every(client => client.settled()))
  say('ready')
  const end = await word()
  const texts = () => clients.map(({ doc }) => doc.getText('text').toString())
  await until(() => texts().every(text => text.endsWith(end)), () => JSON.stringify(clients.map(c => [c.doc.getText('text').length, c.state()])))
  return { lengths: texts().map(text => text.length) }
})
