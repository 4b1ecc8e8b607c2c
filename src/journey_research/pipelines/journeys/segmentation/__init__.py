"""Which persons behave alike: three methods to compare, a choice by criteria, names, moves, RFM."""
