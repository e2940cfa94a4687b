"""Pages of the web, fetched into files: one, a list, a sitemap, or a crawl that can be killed and goes on.

`fetching.fetch` is what others use; it is not imported here, since the child is of this package and needs little.

    fetching.py   the one function
    patterns.py   `*` stands for anything
    names.py      one name for a page, however its address is written
    robots.py     robots.txt as RFC 9309 has it; permission.py asks for it
    relevance.py  how relevant a page is to a topic
    html.py       what a page says of itself and where it leads; sitemaps.py: what a sitemap names
    child.py      the fenced process that reads both; reading.py asks it
    entry.py      an address in the queue; state.py holds the queue and all that came, on disk, seen.py what was seen
    pace.py       how often a host is asked
    scope.py      which links belong to what was asked for; links.py puts them into the queue
    answer.py     what one request brings
    visits.py     a page by our own client
    proxy.py      the browser's only way out; browser.py: a page by a browser, in a tab.py
    visiting.py   one address, from the queue to the state
    crawler.py    all of them
    streamed.py   the crawl's loop behind a plain iterator
"""
