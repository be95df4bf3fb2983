// Keeps one text for each slot in this browser's own storage and says so. Nothing is sent anywhere but to this page's
// own session. Data: slot, ask (a new one for each session), loaded, revision, text, over, forget, words.
const PREFIX = "integration-practices:"
// What this tab last read or wrote of each slot, and which sessions were told. It outlives the element, not the tab.
const tab = (globalThis.integrationPracticesStorage ??= { seen: new Map(), told: new Set(), send: new Map() })

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), one => one.toString(16).padStart(2, "0")).join("")
}

function read(slot) {
  const raw = localStorage.getItem(PREFIX + slot)
  if (raw === null) return null
  try {
    const entry = JSON.parse(raw)
    if (Number.isInteger(entry.revision) && typeof entry.text === "string" && typeof entry.stamp === "string") return entry
  } catch (error) { /* damaged: handed over as it is */ }
  return { revision: 0, stamp: "damaged", text: raw, kept: "" }
}

function clock(kept) {
  const then = new Date(kept)
  if (isNaN(then)) return "an unknown time"
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })
  const day = then.toLocaleDateString("en-GB", { day: "numeric", month: "long" })
  return then.toDateString() === new Date().toDateString() ? time : `${time} on ${day}`
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const line = parentElement.querySelector("p")
  const say = (words, state) => {
    if (line.textContent !== words) line.textContent = words
    line.dataset.state = state
  }
  const { slot } = data
  const send = report => setTriggerValue("report", { ask: data.ask, ...report })
  const other = entry => {
    const key = `${data.ask} ${entry ? entry.stamp : "gone"}`
    say("Not kept: another tab of this browser has changed the answers. See above.", "conflict")
    if (tab.told.has(key)) return
    tab.told.add(key)
    send({ kind: "other", entry })
  }
  const step = () => {
    const entry = read(slot)
    const stamp = entry ? entry.stamp : null
    if (!data.loaded) {
      tab.seen.set(slot, stamp)
      say("Looking whether this browser keeps something …", "looking")
      send({ kind: "found", entry })
      // a connection may break just now: ask again until this session has been told
      setTimeout(() => tab.send.get(slot) === guarded && guarded(), 4000)
      return
    }
    const seen = tab.seen.get(slot) ?? null
    const mine = stamp === seen || (entry !== null && stamp === data.over)
    if (!mine && !(stamp === null && data.over === "gone")) {
      if (data.forget || entry?.revision !== data.revision || entry?.text !== data.text) return other(entry)
    }
    tab.seen.set(slot, stamp)
    if (data.forget) {
      localStorage.removeItem(PREFIX + slot)
      tab.seen.set(slot, null)
      return say("Forgotten: this browser keeps nothing of it.", "forgotten")
    }
    if (data.revision > 0 && (entry === null || entry.revision !== data.revision || entry.text !== data.text)) {
      const next = { revision: data.revision, stamp: random(), kept: new Date().toISOString(), text: data.text }
      localStorage.setItem(PREFIX + slot, JSON.stringify(next))
      tab.seen.set(slot, next.stamp)
      return say(`Kept in this browser at ${clock(next.kept)}.`, "kept")
    }
    if (entry) return say(`Kept in this browser at ${clock(entry.kept)}.`, "kept")
    say("Nothing to keep yet.", "empty")
  }
  const guarded = () => {
    try {
      step()
    } catch (error) {
      say("This browser does not let the page keep anything. Save a file before you leave.", "unavailable")
      const key = `${data.ask} unavailable`
      if (tab.told.has(key)) return
      tab.told.add(key)
      send({ kind: "unavailable", entry: null })
    }
  }
  // One listener for each slot, always with the newest data: another tab wrote or forgot.
  tab.send.set(slot, guarded)
  if (!tab.listening) {
    tab.listening = true
    addEventListener("storage", event => {
      const changed = (event.key ?? "").replace(PREFIX, "")
      for (const [one, check] of tab.send) if (event.key === null || one === changed) check()
    })
  }
  guarded()
  return () => tab.send.delete(slot)
}
