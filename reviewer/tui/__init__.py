"""The terminal application: screens over the use cases, and the widgets they are made of."""
