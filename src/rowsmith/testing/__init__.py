"""For us and for the authors of recipes and plug-ins: scripted model server, fault proxy, contract tests."""
