// Back and Forward lead where they lead. Until the next page has begun Streamlit takes whatever is pressed, or tells the
// server by itself, for a wish to stay: it runs the page that is left with the parameters of the next one. And until the
// list of pages has come, it runs the first. Once the app rests at another path than it was sent to, it is sent again.
// A page that somebody passes, pressing Back twice, begins too, and Streamlit writes it behind the one that was gone to:
// Forward was dead, and the next Back led forward. On the way there an address stands in place of another, not after it.
const STATE = "data-test-script-state"
const A_WHILE = 1000 // ms; the run that was asked for too much comes after that of the page that was gone to
let there = null // where Back or Forward leads, on the way there
let sent = false // again, and once only: a page that leads on by itself is not fought with
let come = false
let over = 0

const rest = new MutationObserver(() => {
  clearTimeout(over)
  if (document.querySelector(`[${STATE}]`)?.getAttribute(STATE) !== "notRunning") return
  come = sent || location.pathname === new URL(there).pathname
  if (come) {
    over = setTimeout(leave, A_WHILE)
    return
  }
  sent = true
  history.replaceState(history.state, "", there)
  dispatchEvent(new PopStateEvent("popstate", { state: history.state }))
})

function leave() {
  clearTimeout(over)
  rest.disconnect()
  there = null
  sent = come = false
}

addEventListener("popstate", event => {
  if (!event.isTrusted) return // the one above
  leave()
  if (location.hash) return // a way within the page, as the skip link's: nothing runs, and what runs later is not of it
  there = location.href
  rest.observe(document.documentElement, { attributeFilter: [STATE], subtree: true })
})

const { pushState, replaceState } = History.prototype
history.pushState = (...entry) => (there ? replaceState : pushState).apply(history, entry)

// Somebody goes on to elsewhere: before the page has come by a link only, for what else is pressed is of the page left.
addEventListener("click", event => (come || event.target.closest?.("a[href]")) && leave(), true)
addEventListener("keydown", () => come && leave(), true)
