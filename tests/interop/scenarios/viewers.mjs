// An editor and two viewers; the viewers try to write. Job: {url, document, edit, view}.
import { hocuspocus, yWebsocket } from '../clients/clients.mjs'
import { scenario, sleep, until } from '../clients/job.mjs'

await scenario(async ({ url, document, edit, view }) => {
  const editor = hocuspocus({ url, document, token: edit })
  // Who may only read creates no document.
  await until(() => editor.settled())
  const viewers = {
    'view 4': hocuspocus({ url, document, token: async () => view }),
    'view 3': hocuspocus({ url, document, token: view, version: 3 })
  }
  const stream = yWebsocket({ url, document, params: { token: view } })
  const all = { edit: editor, ...viewers }
  await until(() => Object.values(all).every(client => client.settled()) && stream.settled())
  for (const { doc } of Object.values(viewers)) doc.getText('text').insert(0, 'by a viewer')
  await until(() => Object.values(viewers).every(({ account }) => account.refused === 1))
  editor.doc.getText('text').insert(0, 'by the editor')
  await until(() => editor.settled())
  const fresh = [hocuspocus({ url, document, token: view }), yWebsocket({ url, document, params: { token: edit } })]
  await until(() => fresh.every(client => client.settled()))
  await sleep(100)
  return {
    scopes: Object.fromEntries(Object.entries(all).map(([name, { provider }]) => [name, provider.authorizedScope])),
    texts: [editor, ...fresh].map(({ doc }) => doc.getText('text').toString()),
    unsynced: Object.fromEntries(Object.entries(all).map(([name, { provider }]) => [name, provider.unsyncedChanges]))
  }
})
