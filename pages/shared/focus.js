// Begins a step at its top: scrolls there and puts the focus on the heading, as a new page would.
const at = (globalThis.integrationPracticesStep ??= { step: null })

export default function (component) {
  const { data, parentElement } = component
  const first = at.step === null
  if (at.step === data.step) return
  at.step = data.step
  if (first && !data.always) return
  const host = parentElement.host ?? parentElement
  const heading = host.closest('[data-testid="stMain"]')?.querySelector("h2, h1")
  const target = [...(document.querySelectorAll('[data-testid="stMain"] h2'))][0] ?? heading
  if (!target) return
  target.tabIndex = -1
  target.style.outline = "none"
  target.focus({ preventScroll: true })
  target.scrollIntoView({ block: "start" })
}
