// Takes the token of a private link out of the address, and keeps the receipts of what was sent in this browser's own
// storage. The token stands in the fragment, which no server and no other page is ever told.
//
// Stored: `integration-practices-receipts` = [receipt]. Data: take (whether this page opens links), ask (whether it
// waits to be told, even of none), known (what the session knows, null where it has not been told), forget (another one
// for each order to forget).
const KEY = "integration-practices-receipts"
const page = (globalThis.integrationPracticesReceipts ??= { forgotten: new Set(), n: Math.floor(Math.random() * 1e9) })

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]")
    return Array.isArray(found) ? found : []
  } catch {
    return []
  }
}

// Keep what the session knows beside what is kept: the newer of one number, and none that the session dropped.
function merged(known, dropped) {
  const numbers = known.map(one => one.number)
  return [...read().filter(one => !numbers.includes(one.number) && !dropped.includes(one.number)), ...known]
}

function kept({ known, dropped, forget }) {
  try {
    if (forget && !page.forgotten.has(forget)) {
      page.forgotten.add(forget)
      localStorage.removeItem(KEY)
    }
    if (known === null) return read()
    const all = merged(known, dropped)
    all.length ? localStorage.setItem(KEY, JSON.stringify(all)) : localStorage.removeItem(KEY)
    return all
  } catch (error) {
    if (error instanceof DOMException) return known ?? []
    throw error
  }
}

// The entry of the history is written over, so that Back does not bring the token back.
function taken() {
  const token = location.hash.slice(1)
  if (token) history.replaceState(history.state, "", location.pathname + location.search)
  return token
}

export default function (component) {
  const { data } = component
  const tell = () => {
    const token = data.take ? taken() : ""
    const receipts = kept(data)
    const asked = data.ask && data.known === null
    const news = asked || JSON.stringify(receipts) !== JSON.stringify(data.known ?? [])
    if (token || news) component.setTriggerValue("report", { token, receipts, n: ++page.n })
  }
  tell()
  // a link that is pasted into the address of an open page changes the fragment only; the newest run takes it
  if (!page.listening) addEventListener("hashchange", () => page.tell?.())
  page.listening = true
  page.tell = tell
  return () => {
    if (page.tell === tell) page.tell = null
  }
}
