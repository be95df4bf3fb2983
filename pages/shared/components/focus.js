// Begins a step at its top: scrolls there and puts the focus on the heading, as a new page would.
const at = (globalThis.integrationPracticesStep ??= { step: null, watch: null })
const PATIENCE = 5000 // ms; on a slow machine the step's heading takes the place of the last one's only after a while

export default function (component) {
  const { data } = component
  const first = at.step === null
  if (at.step === data.step) return
  at.step = data.step
  if (first) return
  let focused = null
  const begin = () => {
    const heading = document.querySelector('[data-testid="stMain"] h2')
    if (!heading || heading === focused) return
    // Gone on meanwhile: the focus is where somebody put it, and stays there.
    if (focused && document.activeElement !== document.body) return
    focused = heading
    heading.tabIndex = -1
    heading.style.outline = "none"
    heading.focus({ preventScroll: true })
    const top = document.querySelector('[data-testid="stMain"] [data-testid="stProgress"]') ?? heading
    top.style.scrollMarginTop = "4.5rem" // Streamlit's bar lies over the page's upper edge
    top.scrollIntoView({ block: "start" })
  }
  begin()
  clearInterval(at.watch)
  at.watch = setInterval(begin, 50)
  setTimeout(clearInterval, PATIENCE, at.watch)
}
