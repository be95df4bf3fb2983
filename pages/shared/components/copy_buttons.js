// Copies the answer of a page with its address as the browser has it, or the address alone, and says that it did.
const SAID = 4000 // ms

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // no clipboard without https or permission: the old way, from a field that nobody sees
    const field = document.createElement("textarea")
    field.value = text
    field.style.position = "fixed"
    field.style.opacity = "0"
    document.body.append(field)
    field.select()
    const done = document.execCommand("copy")
    field.remove()
    return done
  }
}

export default function (component) {
  const { data, parentElement } = component
  const said = parentElement.querySelector('[role="status"]')
  for (const what of ["text", "link"]) {
    const button = parentElement.querySelector(`button[data-what="${what}"]`)
    button.textContent = data[what].label
    button.onclick = async () => {
      const { location } = globalThis
      const done = await copied(what === "link" ? location.href : `${data.text.copied}\n${location.href}`)
      const words = done ? data.done : data.failed
      said.textContent = words
      button.textContent = words
      setTimeout(() => {
        button.textContent = data[what].label
        said.textContent = ""
      }, SAID)
    }
  }
}
