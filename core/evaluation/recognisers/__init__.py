"""Networks that recognise actions: their features are what FID is measured on."""
