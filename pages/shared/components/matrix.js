// Draws practices side by side: a table with a head that stays in sight; where it has not the room, one against one.
const LABEL = 150 // px that the titles of the rows need
const COLUMN = 140 // px that a practice needs
const GLYPHS = { met: "✓", partly: "◐", "not-met": "✕", "not-documented": "?", "not-applicable": "–" }

const states = new WeakMap()

function make(tag, options = {}, ...children) {
  const one = Object.assign(document.createElement(tag), options)
  one.append(...children)
  return one
}

// Words of the catalogue stand between two signs (own_language.py) and say their language, which is English.
function said(words) {
  return words.split(/[\ufdd0\ufdd1]/).map((part, at) => (at % 2 ? make("span", { lang: "en", textContent: part }) : part))
}

function cell(of) {
  const box = make("td")
  if (of.answer) {
    const glyph = make("span", { textContent: GLYPHS[of.answer] })
    glyph.setAttribute("aria-hidden", "true")
    box.append(make("span", { className: `answer ${of.answer}` }, glyph, ` ${of.words}`))
  } else box.append(make("span", { className: of.mark ? "words" : "" }, ...said(of.words)))
  if (of.mark) box.append(make("span", { className: "mark", textContent: of.mark }))
  return box
}

function title(row, same, options) {
  const head = make("th", { textContent: row.title, ...options })
  if (same) head.append(" ", make("span", { className: "same", textContent: same }))
  return head
}

// Of a practice that nobody assessed nothing is known: that is no difference, and nothing in common.
function alike(cells) {
  const [one] = cells
  return cells.every(of => of.assessed && (one.answer ? of.answer === one.answer : of.words === one.words && of.mark === one.mark))
}

function link(practice) {
  const language = new URLSearchParams(location.search).get("lang")
  const suffix = language ? `&lang=${encodeURIComponent(language)}` : ""
  return make("a", { href: `practice?practice=${encodeURIComponent(practice.id)}${suffix}` }, ...said(practice.name))
}

function wide({ practices, parts, words }) {
  const corner = make("td")
  const head = practices.map(one => make("th", { scope: "col" }, link(one)))
  const table = make("table", {}, make("thead", {}, make("tr", {}, corner, ...head)))
  for (const part of parts) {
    const of = make("th", { scope: "rowgroup", colSpan: practices.length + 1, textContent: part.title })
    const rows = part.rows.map(row => make("tr", {}, title(row, alike(row.cells) ? words.same : "", { scope: "row" }), ...row.cells.map(cell)))
    table.append(make("tbody", {}, make("tr", { className: "part" }, of), ...rows))
  }
  return table
}

function narrow(data, pair, again) {
  const { practices, parts, words } = data
  const head = pair.map((at, side) => {
    if (practices.length < 3) return make("th", { scope: "col" }, link(practices[at]))
    const select = make("select", {}, ...practices.map((one, to) => make("option", { value: to, selected: to === at }, ...said(one.name))))
    select.setAttribute("aria-label", words.choose[side])
    select.addEventListener("change", () => {
      const chosen = Number(select.value)
      if (chosen === pair[1 - side]) pair[1 - side] = at // always two: they change places
      pair[side] = chosen
      again(side)
    })
    return make("th", { scope: "col" }, select)
  })
  const table = make("table", { className: "pair" }, make("thead", {}, make("tr", {}, ...head)))
  for (const part of parts) {
    const rows = part.rows.flatMap(row => {
      const cells = pair.map(at => row.cells[at])
      const head = title(row, alike(cells) ? words.alike : "", { scope: "rowgroup", colSpan: 2 })
      return [make("tr", { className: "title" }, head), make("tr", {}, ...cells.map(cell))]
    })
    const of = make("th", { scope: "rowgroup", colSpan: 2, textContent: part.title })
    table.append(make("tbody", {}, make("tr", { className: "part" }, of), ...rows))
  }
  return table
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".matrix")
  let state = states.get(root)
  if (!state) {
    state = { pair: [0, 1], drawn: "" }
    states.set(root, state)
    state.watch = new ResizeObserver(() => state.draw())
    state.watch.observe(root)
  }
  if (Math.max(...state.pair) >= data.practices.length) state.pair = [0, 1]
  state.draw = side => {
    if (!root.clientWidth) return
    const small = root.clientWidth < LABEL + COLUMN * data.practices.length
    const drawn = JSON.stringify([data, small, state.pair])
    if (drawn === state.drawn) return
    state.drawn = drawn
    const table = small ? narrow(data, state.pair, at => state.draw(at)) : wide(data)
    table.setAttribute("aria-label", data.words.alt)
    root.replaceChildren(table)
    if (side === 0 || side === 1) table.querySelectorAll("select")[side].focus()
  }
  state.draw()
  return () => state.watch.disconnect()
}
