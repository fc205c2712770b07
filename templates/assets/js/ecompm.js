/* Three small helps: tables that sort, a filter on "This week", a plan that begins at today. Every page works without. */
(() => {
  "use strict"

  const valueOf = (row, column) => {
    const cell = row.cells[column]
    return cell.dataset.value ?? cell.textContent.trim()
  }

  const compare = (one, other) => {
    const numbers = [Number(one), Number(other)]
    return one !== "" && other !== "" && numbers.every(Number.isFinite)
      ? numbers[0] - numbers[1]
      : one.localeCompare(other, document.documentElement.lang || "en", { numeric: true })
  }

  const sortBy = (table, heading, column) => {
    const descending = heading.getAttribute("aria-sort") === "ascending"
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort")
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending")
    const body = table.tBodies[0]
    const rows = [...body.rows].sort((a, b) => compare(valueOf(a, column), valueOf(b, column)))
    body.append(...(descending ? rows.reverse() : rows))
  }

  const makeSortable = table => {
    if (table.querySelector(".ecompm-sort")) return
    const headings = table.tHead ? [...table.tHead.rows[0].cells] : []
    headings.forEach((heading, column) => {
      const button = document.createElement("button")
      button.type = "button"
      button.className = "ecompm-sort"
      button.append(...heading.childNodes)
      button.addEventListener("click", () => sortBy(table, heading, column))
      heading.append(button)
    })
  }

  const makeFilter = form => {
    const page = form.closest(".ecompm")
    const select = form.querySelector("select")
    const apply = () => {
      const who = select.value
      let shown = 0
      for (const row of page.querySelectorAll("[data-audience]")) {
        row.hidden = who !== "" && !row.dataset.audience.split(" ").includes(who)
        row.style.display = row.hidden ? "none" : ""
        if (!row.hidden) shown += 1
      }
      for (const span of page.querySelectorAll("[data-span]")) {
        span.querySelector("[data-count]").textContent = span.querySelectorAll("[data-audience]:not([hidden])").length
      }
      form.querySelector("output").textContent = who ? `${shown} shown` : ""
      history.replaceState(history.state, "", who ? `#who=${who}` : location.pathname + location.search)
    }
    select.addEventListener("change", apply)
    form.addEventListener("submit", event => event.preventDefault())
    form.hidden = false
    const wanted = /^#who=(.+)$/.exec(location.hash)
    if (wanted) {
      select.value = decodeURIComponent(wanted[1])
      if (select.selectedIndex < 0) select.value = ""
      apply()
    }
    delete form.dataset.filter
  }

  // Where the plan is wider than the screen, today is what one sees first.
  const showToday = line => {
    const frame = line.closest(".ecompm-gantt-scroll, .ecompm-scroll")
    if (!frame || frame.scrollWidth <= frame.clientWidth) return
    frame.scrollLeft += line.getBoundingClientRect().left - frame.getBoundingClientRect().left - frame.clientWidth / 2
  }

  // A link into a folded part opens it.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)))
    const details = target && target.closest(".ecompm details, details.ecompm-agreement")
    if (!details) return
    details.open = true
    if (details.dataset.paper) details.dataset.paper = "open"
  }

  const start = () => {
    document.querySelectorAll(".ecompm table[data-sortable]").forEach(makeSortable)
    document.querySelectorAll(".ecompm form[data-filter]").forEach(makeFilter)
    document.querySelectorAll(".ecompm .ecompm-gantt .ecompm-gantt-today").forEach(showToday)
    unfold()
  }

  addEventListener("hashchange", unfold)
  addEventListener("beforeprint", () => document.querySelectorAll(".ecompm details").forEach(item => { item.open = true }))
  // What would fill paper with detail is not printed, unless the reader unfolded it. (Here it is not unfolded yet.)
  addEventListener("click", event => {
    const details = event.target.closest(".ecompm details[data-paper] > summary")?.parentElement
    if (details) details.dataset.paper = details.open ? "folded" : "open"
  })
  // Material swaps pages without loading them; then each new page is announced here.
  if (typeof document$ !== "undefined") document$.subscribe(start)
  else if (document.readyState === "loading") addEventListener("DOMContentLoaded", start)
  else start()
})()
