// Addresses are where they belong, and Back and Forward lead where they lead.
//
// One press leads to one entry of the history at most. Streamlit writes several: that of a page led on to, with its
// parameters first behind the page that is left; another with the parameters of the page that is left. What is written
// without a press takes the place of what stands there.
//
// Until the page that somebody goes back to has begun, Streamlit takes whatever is pressed, or tells the server by
// itself, for a wish to stay, and a page that is only passed begins too. Both write their addresses over the one that is
// gone to, or behind it. So on the way there nothing is written; once the app rests, and what it would have written last
// was another address, it is sent again. What it writes then too is of the page itself, and stands.
const STATE = "data-test-script-state"
const A_WHILE = 1000 // ms; the run that was asked for too much comes after that of the page that was gone to
const { pushState, replaceState } = History.prototype
let pressed = false
let there = null // where Back or Forward leads, on the way there
let wish = null // what would have been written last, on the way there
let sent = false // again, and once only: a page that leads on by itself is not fought with
let come = false
let over = 0

const called = address => {
  const { pathname, searchParams } = new URL(address, location)
  return `${pathname}?${searchParams}`
}
let here = called(location) // of the entry that one is at

function look() {
  clearTimeout(over)
  if (document.querySelector(`[${STATE}]`)?.getAttribute(STATE) !== "notRunning") return
  come = sent || wish === null || called(wish) === called(there)
  if (come) {
    over = setTimeout(leave, A_WHILE)
    return
  }
  sent = true
  wish = null
  over = setTimeout(look, 5 * A_WHILE)
  dispatchEvent(new PopStateEvent("popstate", { state: history.state }))
}

// A short run begins and ends between two paintings, so that its state is never seen: then it is known by its title.
const rest = new MutationObserver(look)

function leave() {
  clearTimeout(over)
  rest.disconnect()
  const own = come && wish !== null && called(wish) !== called(there) ? wish : null
  there = wish = null
  sent = come = false
  if (own) history.replaceState(history.state, "", own)
}

addEventListener("popstate", event => {
  if (!event.isTrusted) return // the one above
  come = false
  leave()
  const before = here
  here = called(location)
  if (location.hash && here === before) return // a way within the page, as the skip link's, runs nothing
  there = location.href
  rest.observe(document.documentElement, { attributeFilter: [STATE], subtree: true })
  rest.observe(document.querySelector("title"), { childList: true })
  over = setTimeout(look, 5 * A_WHILE)
})

function write(how, entry) {
  if (there) wish = entry[2]
  else {
    how.apply(history, entry)
    here = called(location)
  }
}
history.pushState = (...entry) => {
  write(pressed ? pushState : replaceState, entry)
  pressed = false
}
history.replaceState = (...entry) => write(replaceState, entry)

// Somebody goes on to elsewhere: before the page has come by a link only, for what else is pressed is of the page left.
addEventListener("click", event => (come || event.target.closest?.("a[href]")) && leave(), true)
addEventListener("keydown", () => come && leave(), true)
for (const kind of ["pointerdown", "keydown", "click"])
  addEventListener(kind, event => (pressed ||= event.isTrusted), true)

// What is typed is told to the server after its field is left, and a link that is tapped at once would be told before:
// the server then stays where the typing was. So the link waits until there is nothing else to do.
const idle = window.requestIdleCallback ?? (work => setTimeout(work, 200))
const IN_ONE = 500 // ms between the press and its click
let typed = -Infinity // when a field was left that was typed in
addEventListener("focusout", event => event.target.matches?.("input, textarea") && (typed = event.timeStamp), true)
addEventListener(
  "click",
  event => {
    const link = event.target.closest?.("a[href]")
    const plain = event.isTrusted && !event.defaultPrevented && !link?.target
    const keys = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
    if (!link || !plain || keys || event.timeStamp - typed > IN_ONE) return
    event.preventDefault()
    event.stopImmediatePropagation()
    idle(() => link.click(), { timeout: 1000 })
  },
  true,
)
