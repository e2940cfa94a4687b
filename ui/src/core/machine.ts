/** Whether this is a Mac, where shortcuts are made with ⌘. */
export const mac = /mac|iphone|ipad/i.test(navigator.platform)

/** The number in this response's policy with which libraries may add styles of their own. */
export const cspNonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content
