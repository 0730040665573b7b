// The page's way to its server.

export async function fetchState(query) {
  const resp = await fetch("/chat/state?" + new URLSearchParams(query), { headers: { Accept: "application/json" } });
  if (!resp.ok) throw new Error(await resp.text());
  return resp.json();
}

// post does something. It returns the answer; whatever went wrong is in its error.
export async function post(what, body) {
  try {
    const resp = await fetch("/chat/" + what, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!resp.ok) return { error: (await resp.text()).trim() || "That did not work." };
    return await resp.json();
  } catch {
    return { error: "The server cannot be reached." };
  }
}

// listen calls onChange whenever something has changed, and onLink with true or false as the
// connection comes and goes. The browser reconnects by itself; if it gives up, we start anew.
export function listen(onChange, onLink) {
  const source = new EventSource("/chat/stream");
  source.addEventListener("change", onChange);
  source.addEventListener("open", () => onLink(true));
  source.addEventListener("error", () => {
    onLink(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(onChange, onLink), 2000);
  });
}
