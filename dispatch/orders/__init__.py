"""An errand, from the phone call to the thanks. How is an order claimed? → claiming.py"""
