// Begins a step at its top: scrolls there and puts the focus on the heading, as a new page would.
const at = (globalThis.integrationPracticesStep ??= { step: null })

export default function (component) {
  const { data } = component
  const first = at.step === null
  if (at.step === data.step) return
  at.step = data.step
  if (first) return
  const heading = document.querySelector('[data-testid="stMain"] h2')
  const top = document.querySelector('[data-testid="stMain"] [data-testid="stProgress"]') ?? heading
  if (!heading) return
  heading.tabIndex = -1
  heading.style.outline = "none"
  heading.focus({ preventScroll: true })
  top.style.scrollMarginTop = "4.5rem" // Streamlit's bar lies over the page's upper edge
  top.scrollIntoView({ block: "start" })
}
