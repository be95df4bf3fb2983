// Back and Forward lead where they lead. Until the next page has begun Streamlit takes whatever is pressed, or tells the
// server by itself, for a wish to stay: it runs the page that is left with the parameters of the next one. And until the
// list of pages has come, it runs the first. Once the app rests at another path than it was sent to, it is sent again.
const STATE = "data-test-script-state"
const A_WHILE = 1000 // ms; the run that was asked for too much comes after that of the page that was gone to
let there = null
let come = false
let again = false
let over = 0

const rest = new MutationObserver(() => {
  clearTimeout(over)
  if (document.querySelector(`[${STATE}]`)?.getAttribute(STATE) !== "notRunning") return
  come = location.pathname === new URL(there).pathname
  if (come) {
    over = setTimeout(leave, A_WHILE)
    return
  }
  history.replaceState(history.state, "", there)
  again = true
  dispatchEvent(new PopStateEvent("popstate", { state: history.state }))
  again = false
})

function leave() {
  clearTimeout(over)
  rest.disconnect()
  come = false
}

addEventListener("popstate", () => {
  leave()
  if (again) return // sent again once only: a page that leads on by itself is not fought with
  if (location.hash) return // a way within the page, as the skip link's: nothing runs, and what runs later is not of it
  there = location.href
  rest.observe(document.documentElement, { attributeFilter: [STATE], subtree: true })
})

// Somebody goes on to elsewhere: before the page has come by a link only, for what else is pressed is of the page left.
addEventListener("click", event => (come || event.target.closest?.("a[href]")) && leave(), true)
