"""The pages: each composes panels left and right of the viewport and binds them to the document."""
