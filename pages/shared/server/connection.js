// After some seconds without a connection Streamlit lays a dialog over the page that tells developers how to start it. A
// line of the start page says what matters; the dialog is closed before it takes a key from somebody who types.
const app = () => document.querySelector('[data-testid="stApp"]')

new MutationObserver(changes => {
  if (!app() || app().dataset.testConnectionState === "CONNECTED") return
  for (const { addedNodes } of changes)
    for (const node of addedNodes)
      if (node.matches?.('[data-testid="stDialog"]')) {
        document.getElementById("root").inert = false
        node.querySelector('button[aria-label="Close"]')?.click()
      }
}).observe(document.body, { childList: true })
