// Keeps texts in this browser's own storage and says so in a line that stays in view. Nothing is sent anywhere but to
// this page's own session. What is typed or chosen in the page's fields is written down here at every keystroke,
// whether or not there is a connection; it is crossed out once it stands in the text that the session sends.
//
// Stored: `integration-practices:<slot>` = {revision, stamp, kept, text, name, after}, a slot being the group's
// name or `<group>/<id>`, after the stamps it was written over; `integration-practices-typed:<page>:<slot>` = {<field>: {value, at}}, what is not yet in that text.
// Data: group, slot, fields (pattern of the fields' names), ask (another one for each session), loaded, revision, text,
// name, over, taken, heard, took, orders; words (what the line says) and locale (how it writes days and times).
const PREFIX = "integration-practices:"
const TYPED = "integration-practices-typed:"
const MEND = 2500 // ms after which what is not yet counted is sent again
const PAUSE = 1000 // ms after which the text of a text area is sent
const DEAD = 5000 // ms without an answer after which the connection is asked for
const HOLD = 15000 // ms for which a press is held back while a new session is told what was here
const RETURN = 5000 // ms after a return in which a choice counts only if it is told, too

const random = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), one => one.toString(16).padStart(2, "0")).join("")
// What this page knows; it outlives the elements, not the page. page: its name among the pages of this browser.
const page = (globalThis.integrationPracticesStorage ??= { name: random(), groups: new Map() })

// --- storage ---------------------------------------------------------------------------------------------------------

const key = slot => PREFIX + slot
const ofGroup = (group, slot) => slot === group || slot.startsWith(group + "/")

function read(slot) {
  const raw = localStorage.getItem(key(slot))
  if (raw === null) return null
  try {
    const entry = JSON.parse(raw)
    if (Number.isInteger(entry.revision) && typeof entry.text === "string" && typeof entry.stamp === "string") return entry
  } catch { /* damaged: handed over as it is */ }
  return { revision: 0, stamp: "damaged", text: raw, kept: "" }
}

// The stamps that an entry written now stands over; of one that was forgotten in this tab, too: a tab that was put aside
// meanwhile, as phones do, would bring its text back.
const dropped = slot => PREFIX + "dropped:" + slot
function stampsBefore(slot) {
  const before = read(slot)
  return before ? [...(before.after ?? []), before.stamp].slice(-50) : JSON.parse(sessionStorage.getItem(dropped(slot)) ?? "[]")
}

function write(slot, revision, text, name) {
  const after = stampsBefore(slot)
  const entry = { revision, stamp: random(), kept: new Date().toISOString(), text, name, after }
  localStorage.setItem(key(slot), JSON.stringify(entry))
  return entry
}

function slots(group) {
  const found = Object.keys(localStorage).filter(one => one.startsWith(PREFIX)).map(one => one.slice(PREFIX.length))
  return found.filter(slot => ofGroup(group, slot))
}

function listed(group) {
  return slots(group).map(slot => {
    const { name = "", kept } = read(slot) ?? {}
    return { slot, name, kept }
  })
}

// What pages of this browser wrote down for a slot: {where it is stored: {field: {value, at}}}.
function typedIn(slot) {
  const found = {}
  for (const one of Object.keys(localStorage))
    if (one.startsWith(TYPED) && one.slice(TYPED.length).split(":").slice(1).join(":") === slot)
      try {
        found[one] = JSON.parse(localStorage.getItem(one))
      } catch {
        localStorage.removeItem(one)
      }
  return found
}

function drop(slot) {
  sessionStorage.setItem(dropped(slot), JSON.stringify(stampsBefore(slot)))
  localStorage.removeItem(key(slot))
  for (const one of Object.keys(typedIn(slot))) localStorage.removeItem(one)
}

// --- a group: the self-assessment, or the sheet of a practice --------------------------------------------------------

class Group {
  constructor(name) {
    this.name = name
    this.slot = null // the one that is open in this page
    this.seen = new Map() // what this page last read or wrote of a slot: {stamp, text}
    this.typed = {} // what was typed here and is not yet in the text
    this.done = new Set() // orders that were carried out
    this.told = new Set() // what the session was told once
    this.sent = null // the last report: {n, at, typed: [[where, field, at]]}
    this.n = Math.floor(Math.random() * 1e9) * 1000
    this.dead = false // no answer although Streamlit believes that it is connected
    this.conflict = null // what is said of another tab that wrote meanwhile
    this.behind = false // the connection came back, and the session has not yet heard what was here
    this.held = null // a press while it was behind
    this.patience = 0 // until when one is held back
    this.caught = 0 // when the session had heard what was here
  }

  get where() {
    return `${TYPED}${page.name}:${this.slot}`
  }

  // Take the newest data of a session.
  show(component) {
    this.component = component
    this.data = component.data
    this.pattern = new RegExp(this.data.fields)
    this.line = component.parentElement.querySelector("p")
    stay(component.parentElement)
    this.try(() => this.step())
  }

  try(action) {
    try {
      return action()
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      this.say(this.data.words.unavailable, "unavailable")
      if (!this.told.has("unavailable" + this.data.ask)) this.report("unavailable")
      this.told.add("unavailable" + this.data.ask)
    }
  }

  say(words, state, action = null) {
    if (this.line.dataset.words === words) return
    this.line.dataset.words = words
    this.line.dataset.state = state
    this.line.textContent = words
    if (!action) return
    const button = Object.assign(document.createElement("button"), { textContent: this.data.words.differs, onclick: action })
    this.line.append(" ", button)
  }

  // Say what is true now of what is kept.
  tell() {
    const pending = Object.values(this.typed)
    const entry = read(this.slot)
    const { words } = this.data
    if (offline(this)) return this.say(entry || pending.length ? words.offline : words.away, "offline")
    if (this.conflict)
      return this.say(this.conflict, "conflict", () =>
        document.querySelector(".st-key-kept_other_tab")?.scrollIntoView({ block: "center" })
      )
    if (!this.data.loaded && !entry) return this.say(words.looking, "looking")
    if (!entry && !pending.length) return this.say(this.forgotten ? words.forgotten : words.empty, "empty")
    const last = Math.max(...pending.map(one => one.at), Date.parse(entry?.kept) || 0)
    this.say(keptAt(last, this.data), "kept")
  }

  report(kind, more = {}) {
    this.component.setTriggerValue("report", { kind, n: ++this.n, slot: this.slot, ...more })
    return this.n
  }

  // Tell the session what is kept, what was typed since, and which fields the page shows.
  tellSession() {
    const found = this.data.loaded && !this.behind ? { [this.where]: this.typed } : typedIn(this.slot)
    const newest = {}
    for (const fields of Object.values(found))
      for (const [field, one] of Object.entries(fields)) if (!(newest[field]?.at > one.at)) newest[field] = one
    const typed = Object.fromEntries(Object.entries(newest).map(([field, one]) => [field, one.value]))
    // a session that has begun anew takes the text too, one that went on has it
    const entry = this.data.loaded && !this.behind ? null : read(this.slot)
    const stamp = entry?.stamp ?? null
    const newer = this.behind && stamp === (this.seen.get(this.slot)?.stamp ?? null) ? shown(this.pattern) : []
    const n = this.report("state", { entry, typed, drafts: listed(this.name), fields: newer })
    const sent = Object.entries(found).flatMap(([where, fields]) =>
      Object.entries(fields).map(([field, one]) => [where, field, one.at])
    )
    this.sent = { n, at: Date.now(), typed: sent, seen: { stamp, text: entry?.text ?? "" } }
  }

  // Go from what the session says to what is kept.
  step() {
    const { data } = this
    if (data.slot && data.slot !== this.slot) {
      this.slot = data.slot
      this.typed = {} // what was typed in the other slot is written down for that
      this.forgotten = false
    } else if (this.slot === null || !ofGroup(this.name, this.slot)) {
      const newest = slots(this.name).sort((one, other) => (read(other).kept > read(one).kept ? 1 : -1))[0]
      this.slot = sessionStorage.getItem(PREFIX + "open:" + this.name) ?? newest ?? this.name
    }
    for (const order of data.orders) this.carryOut(order)
    if (!data.loaded) {
      this.tell()
      if (this.asked !== data.ask) this.tellSession()
      this.asked = data.ask
      return
    }
    sessionStorage.setItem(PREFIX + "open:" + this.name, this.slot)
    // where the session has taken what was kept, this page writes over it from here on
    if (this.sent?.seen && data.took === this.sent.n) {
      this.seen.set(this.slot, this.sent.seen)
      this.sent.seen = null
      this.caught = Date.now() // the session waits for a moment whether a choice is told, too
    }
    const kept = this.write()
    if (kept) this.crossOut()
    if (this.behind && data.heard >= this.behind) this.caughtUp()
    this.tell()
  }

  carryOut({ id, slot }) {
    if (this.done.has(id)) return
    this.done.add(id)
    for (const one of slot === "*" ? slots(this.name) : [slot]) {
      drop(one)
      this.seen.delete(one)
    }
    if (slot !== "*" && slot !== this.slot) return
    this.typed = {}
    this.sent = this.conflict = null
    this.forgotten = true
  }

  // Write the session's text, unless another tab has written meanwhile; return whether the text is kept.
  write() {
    const { data, slot } = this
    const entry = read(slot)
    const stamp = entry?.stamp ?? null
    const seen = this.seen.get(slot) ?? { stamp: null, text: "" }
    const mine = stamp === seen.stamp || (stamp === null ? data.over === "gone" : stamp === data.over)
    if (!mine && entry?.text !== data.text) {
      let beside = ""
      // two tabs that write at the same moment do not see each other's text: then this page's is written over for good,
      // unless the page looked on while it was written over, or deleted
      seen.over ||= !entry || entry.after?.includes(seen.stamp)
      const unseen = seen.stamp !== null && !seen.over
      if (data.text && (data.text !== seen.text || unseen)) {
        beside = `${this.name}/${page.name}`
        if (read(beside)?.text !== data.text) write(beside, data.revision, data.text, data.words.second.replace("{name}", () => data.name).trim())
      }
      this.conflict = entry ? data.words.changed : data.words.deleted
      if (beside) this.conflict += ` ${data.words.both}`
      const once = `${data.ask} ${stamp} ${beside}`
      if (!this.told.has(once)) this.report("other", { entry, beside })
      this.told.add(once)
      return beside !== "" || data.text === seen.text // nothing of this page's own that is not kept
    }
    this.conflict = null
    if (data.revision > 0 && (entry === null || entry.text !== data.text || entry.revision !== data.revision)) {
      this.seen.set(slot, write(slot, data.revision, data.text, data.name))
      this.forgotten = false
    } else this.seen.set(slot, { stamp, text: entry?.text ?? "" })
    return true
  }

  // Cross out what stands in the text now.
  crossOut() {
    const { taken, heard } = this.data
    for (const [field, one] of Object.entries(this.typed)) if (taken[field] === one.value) delete this.typed[field]
    if (this.sent && heard >= this.sent.n) {
      for (const [where, field, at] of this.sent.typed) {
        if (where === this.where) {
          if (this.typed[field]?.at === at) delete this.typed[field]
          continue
        }
        const other = JSON.parse(localStorage.getItem(where) ?? "{}")
        if (other[field]?.at === at) delete other[field]
        Object.keys(other).length ? localStorage.setItem(where, JSON.stringify(other)) : localStorage.removeItem(where)
      }
      this.sent.typed = []
    }
    this.writeTyped()
  }

  writeTyped() {
    if (Object.keys(this.typed).length) localStorage.setItem(this.where, JSON.stringify(this.typed))
    else localStorage.removeItem(this.where)
  }

  // Write down what was typed or chosen in a field.
  note(field, value) {
    if (this.slot === null) return
    this.typed[field] = { value, at: Date.now() }
    this.try(() => {
      this.writeTyped()
      this.tell()
    })
  }

  back() {
    this.dead = false
    this.behind = Infinity
    this.patience = Date.now() + HOLD
    this.try(() => this.tellSession())
    this.behind = this.n
    const n = this.n
    setTimeout(() => this.behind === n && this.caughtUp(), HOLD)
    this.try(() => this.tell())
  }

  // A press within the first run of a new session is lost: the server does not know the button yet.
  caughtUp() {
    if (running() && Date.now() < this.patience) return void setTimeout(() => this.behind && this.caughtUp(), 50)
    this.behind = false
    this.caught = Date.now()
    for (const group of document.querySelectorAll('[role="radiogroup"][data-kept]')) mark(group, null)
    if (Object.keys(this.typed).length) this.tellSession()
    const { held } = this
    this.held = null
    if (held) setTimeout(() => document.querySelector(`.${CSS.escape(held)} button`)?.click(), 0)
  }

  // Once a second: send again what is not counted; ask whether the server is there.
  tick() {
    this.try(() => this.tell())
    if (!this.data.loaded && connected() && Date.now() - (this.sent?.at ?? 0) > 4000) this.try(() => this.tellSession())
    const pending = Object.values(this.typed)
    if (!pending.length || !connected()) return void (this.dead = false)
    const age = Date.now() - Math.max(...pending.map(one => one.at))
    const since = Date.now() - (this.sent?.at ?? 0)
    if (this.data.loaded && age > MEND && since > MEND) this.try(() => this.tellSession())
    if (Date.now() - Math.min(...pending.map(one => one.at)) > DEAD && !this.asking) this.ask()
  }

  async ask() {
    this.asking = true
    try {
      const answer = await fetch(new URL("_stcore/health", location.href), {
        cache: "no-store",
        signal: AbortSignal.timeout(DEAD),
      })
      this.dead = !answer.ok
    } catch {
      this.dead = true
    }
    this.asking = false
  }
}

function keptAt(at, { words, locale }) {
  if (!at) return words.keptOnce
  const then = new Date(at)
  const today = then.toDateString() === new Date().toDateString()
  const day = then.toLocaleDateString(locale, { day: "numeric", month: "long" })
  return (today ? words.kept : words.keptOn).replace("{time}", then.toLocaleTimeString(locale)).replace("{day}", day)
}

// --- the page --------------------------------------------------------------------------------------------------------

const live = () => [...page.groups.values()].filter(group => group.component)
const app = () => document.querySelector('[data-testid="stApp"]')
const running = () => ["running", "rerunRequested"].includes(app()?.dataset.testScriptState)
const connected = () => app()?.dataset.testConnectionState === "CONNECTED"
const offline = group => !connected() || group.dead

// The line stays below Streamlit's bar while the page is scrolled: on a phone the lower edge is under the keyboard.
function stay(inside) {
  const box = inside.getRootNode().host?.closest('[data-testid="stElementContainer"]')
  if (!box) return
  const bar = document.querySelector('[data-testid="stHeader"]')?.offsetHeight ?? 0
  Object.assign(box.style, { position: "sticky", top: `${bar}px`, zIndex: 90 })
}

const TEXT = 'input:not([type="radio"], [type="checkbox"], [type="file"], [role="combobox"]), textarea'
const CHOICE = 'input[type="radio"]'

const DIALOG = '[data-testid="stDialog"]' // Streamlit's, which server/connection.js closes
const ours = element => element?.matches?.(`${TEXT}, ${CHOICE}`) && groupOf(nameOf(element))

function nameOf(element) {
  const box = element.closest?.('[class*="st-key-"]')
  return box ? [...box.classList].find(one => one.startsWith("st-key-")).slice(7) : ""
}

function groupOf(field) {
  return field && live().find(group => group.pattern.test(field))
}

function shown(pattern) {
  const names = [...document.querySelectorAll('[data-testid="stMain"] [class*="st-key-"]')].map(nameOf)
  return names.filter(name => name && pattern.test(name))
}

// Streamlit draws a choice only with a connection: until then the chosen answer is framed and the others fade.
function mark(group, radio) {
  const ink = getComputedStyle(app()).color
  for (const label of group.querySelectorAll("label")) {
    const on = label.contains(radio)
    const looks = { color: on ? ink : "", outline: on ? `2px solid ${ink}` : "", opacity: radio && !on ? 0.6 : "" }
    Object.assign(label.style, looks, { outlineOffset: "4px", borderRadius: "2px" })
  }
  group.toggleAttribute("data-kept", Boolean(radio))
}

function chosen(radio) {
  const field = nameOf(radio)
  const group = groupOf(field)
  if (!group) return
  group.note(field, radio.value)
  const told = connected() && group.data.loaded && !group.behind && Date.now() - group.caught < RETURN
  if (told) group.try(() => group.tellSession())
  if (!connected()) mark(radio.closest('[role="radiogroup"]'), radio)
}

// A text area is sent only when it is left or at Ctrl+Enter: that is pressed for it after a pause, as a line of text
// is sent by itself.
let pause = null
function sendAfterAPause(area) {
  clearTimeout(pause)
  const press = { key: "Enter", code: "Enter", ctrlKey: true, bubbles: true, cancelable: true }
  pause = setTimeout(() => connected() && area.isConnected && area.dispatchEvent(new KeyboardEvent("keydown", press)), PAUSE)
}

function listen() {
  addEventListener("input", ({ target, isComposing }) => {
    if (!target.matches?.(TEXT) || !groupOf(nameOf(target))) return
    groupOf(nameOf(target)).note(nameOf(target), target.value)
    if (target.matches("textarea") && !isComposing) sendAfterAPause(target)
  }, true)
  addEventListener("focusin", event => {
    const { target, relatedTarget } = event
    // a field that is switched off loses the caret, and on a phone the keyboard: the one in use is never switched off
    if (ours(target))
      target.setAttribute = (name, value) => name === "disabled" || Element.prototype.setAttribute.call(target, name, value)
    if (connected() || !document.querySelector(DIALOG)) return
    if (ours(target)) event.stopImmediatePropagation() // the dialog would take the caret again
    else if (target.closest(DIALOG) && ours(relatedTarget)) {
      event.stopImmediatePropagation()
      document.getElementById("root").inert = false
      relatedTarget.focus({ preventScroll: true })
    }
  }, true)
  addEventListener("click", event => {
    const button = event.target.closest?.('[data-testid="stButton"] button')
    const behind = live().find(group => group.behind)
    if (button && behind && event.isTrusted && nameOf(button)) {
      event.preventDefault()
      event.stopImmediatePropagation()
      behind.held = `st-key-${nameOf(button)}`
      return
    }
    const radio = event.target.matches?.(CHOICE) ? event.target : event.target.closest?.("label")?.querySelector(CHOICE)
    if (radio) chosen(radio)
  }, true)
  addEventListener("keydown", ({ key: pressed, target }) => {
    if (pressed.startsWith("Arrow") && target.matches?.(CHOICE))
      setTimeout(() => document.activeElement.matches(CHOICE) && chosen(document.activeElement), 0)
  }, true)
  addEventListener("storage", () => {
    for (const group of live()) group.try(() => (group.data.loaded ? group.step() : group.tell()))
  })
  setInterval(() => live().forEach(group => group.tick()), 1000)

  // Without a connection Streamlit switches every field off. Those that are written down here stay usable.
  let before = connected()
  new MutationObserver(changes => {
    const now = connected()
    for (const { target } of changes) {
      if (now || !target.matches(`${TEXT}, ${CHOICE}, [role="radiogroup"]`) || !groupOf(nameOf(target))) continue
      target.removeAttribute("disabled")
      target.removeAttribute("aria-disabled")
    }
    if (now === before) return
    before = now
    for (const group of live()) now ? group.back() : group.try(() => group.tell())
  }).observe(document.documentElement, {
    subtree: true,
    attributes: true,
    attributeFilter: ["disabled", "aria-disabled", "data-test-connection-state"],
  })
}

export default function (component) {
  const { group } = component.data
  if (!page.groups.has(group)) page.groups.set(group, new Group(group))
  if (!page.listening) listen()
  page.listening = true
  const one = page.groups.get(group)
  one.show(component)
  return () => {
    if (one.component === component) one.component = null
  }
}
